"""The theory as a ledger of claims, each established step by step on the functions that compute.

`python -m proofs [pattern]` runs the claims; from Python,

    from proofs.ledger import Verdict, run
    entries = run("fenchel*")

A step can only come from `rules`, whose few rules can each say no; a verdict can only come from the steps of a run.
"""

"""Mutants: the shipped code and the steps of proofs changed one token at a time, and what the ledger says of each."""

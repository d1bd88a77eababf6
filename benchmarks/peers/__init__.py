"""What other libraries return where the answer is delicate, what is true, and what we return.

`cases` is the table, `truths` computes what is true, `run` runs a piece of code, `measure` runs the peers and keeps
what they returned, `page` writes docs/peers.md from all of it.
"""

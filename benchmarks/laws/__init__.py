"""Pairs of laws: accuracy against 50 digits, speed beside scipy's quad and torch's registry, the page of the docs."""

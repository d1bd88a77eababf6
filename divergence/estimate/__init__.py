"""Estimates from samples. Randomness lives here and is always a parameter."""

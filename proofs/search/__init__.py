"""Conjectures: a sentence about divergences is parsed, searched for a counterexample, and proved where it can be.

`reader` reads it into a `sentence`, `functionals` says what its words mean in floats, balls and symbols,
`counterexamples` searches, `shape` sees what grows and how it bends, `proving` proves, `settle` decides. A word of a
sentence is looked up, never evaluated as Python.
"""

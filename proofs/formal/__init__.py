"""The core of the theory again, checked by a proof assistant: Coq, from definitions down to the axioms of its reals.

`*.v` are the theories, one a file; `make formal` compiles them with the shipped rows as Coq definitions (`emit`) and
lets nothing pass that rests on more than the usual axioms (`gate`). From Python, `established()` are the claims of the
ledger that theorems compiled from these very sources state.
"""

from .gate import established

__all__ = ["established"]

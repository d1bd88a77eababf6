"""The only place where a `Step` is made. Every rule re-does the mathematics it is asked to accept, and can say no.

`symbolic`: identities, limits, signs, extrema; `integrals`: from points to integrals; `points`: one number, one point;
`certified`: inequalities and best constants by balls; `exact`: rational numbers; `checked`: the shipped floats.
Undecided is `Rejected`, like false. sympy is asked to check, never to find.
"""

from .certified import at_least_zero as at_least_zero
from .certified import best_constant as best_constant
from .certified import between as between
from .certified import encloses as encloses
from .certified import follows as follows
from .certified import ordered as ordered
from .certified import root as root
from .checked import checked as checked
from .checked import cited as cited
from .checked import computes as computes
from .exact import Case as Case
from .exact import cheapest as cheapest
from .exact import exactly as exactly
from .integrals import greatest as greatest
from .integrals import integrated as integrated
from .integrals import least as least
from .integrals import perspective as perspective
from .integrals import substituted as substituted
from .points import counterexample as counterexample
from .points import rounds as rounds
from .pointwise import chosen as chosen
from .pointwise import combined as combined
from .pointwise import composed as composed
from .pointwise import in_the_mean as in_the_mean
from .pointwise import squares as squares
from .step import POINTS as POINTS
from .step import Level as Level
from .step import Line as Line
from .step import Sides as Sides
from .step import Step as Step
from .step import made as made
from .symbolic import derivative as derivative
from .symbolic import identity as identity
from .symbolic import limit as limit
from .symbolic import nonnegative as nonnegative
from .symbolic import positive as positive
from .symbolic import unique_maximum as unique_maximum
from .symbolic import unique_minimum as unique_minimum

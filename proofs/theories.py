"""Every theory, one file each, in the order in which the ledger prints them: to import it is to know its claims."""

from . import (  # noqa: I001
    rows as rows,
    ends as ends,
    definitions as definitions,
    variational as variational,
    fgan as fgan,
    power as power,
    inequalities as inequalities,
    article as article,
    training as training,
    fits as fits,
    distances as distances,
    families as families,
    closed_forms as closed_forms,
    other_laws as other_laws,
    parameters as parameters,
    gaussians as gaussians,
    transport as transport,
    dirac as dirac,
    objectives as objectives,
)
from .claim import CLAIMS as CLAIMS

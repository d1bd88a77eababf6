"""Every theory, one file each, in the order in which the ledger prints them: to import it is to know its claims."""

from . import rows, article, definitions, distances, inequalities, variational, power, families, dirac  # noqa: F401, I001
from .claim import CLAIMS as CLAIMS

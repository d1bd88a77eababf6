"""The table: every corner, in the order of the page."""

from . import of_laws, of_masses

CASES = (*of_masses.CASES, *of_laws.CASES)

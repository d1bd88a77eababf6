"""Integrals and sums of a row over laws that are not plain masses, each with an error that covers the truth."""

from .batch import Rule as Rule
from .boxes import integrate_box as integrate_box
from .lattice import rule_of_sum as rule_of_sum
from .lattice import sum_row as sum_row
from .lattice import sum_rows as sum_rows
from .line import integrate_row as integrate_row
from .line import integrate_rows as integrate_rows
from .line import rule_of_row as rule_of_row
from .monte_carlo import monte_carlo_row as monte_carlo_row

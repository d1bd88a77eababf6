"""Integrals and sums of a row over laws that are not plain masses, each with an error that covers the truth."""

from .batch import Rule as Rule
from .batch import integrate_rows as integrate_rows
from .batch import rule_of_row as rule_of_row
from .line import integrate_row as integrate_row

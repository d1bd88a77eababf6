"""Integrals and sums of a row over laws that are not plain masses, each with an error that covers the truth."""

from .line import integrate_row as integrate_row

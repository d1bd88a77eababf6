"""The same rows on scalars, compiled by numba: the extra `fast`, loaded for big arrays alone."""

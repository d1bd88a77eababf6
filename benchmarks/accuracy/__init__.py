"""Relative errors against references in many digits, ours beside the peers'."""

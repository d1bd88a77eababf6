"""Experiments: what theory predicts, what training does, and whether they agree, in numbers with uncertainty."""

"""Toy GANs in torch: losses from any row, a training loop, exact fits to compare with, experiments."""

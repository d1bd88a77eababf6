"""Accuracy, speed and statistics, side by side with others; the results are kept as text."""

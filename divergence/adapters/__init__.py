"""Foreign libraries become ours here; each is imported only when its own arrays or laws come in."""

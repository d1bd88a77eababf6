"""Draw docs/figures/explain.png, the figure of docs/explain.md: python docs/figures/explain.py"""

from pathlib import Path

import divergence as dv
from divergence.report import png, write

WORDS = [" Canberra", " Sydney", " Melbourne", " located", " a", " Perth"]
P, Q = [0.62, 0.18, 0.07, 0.08, 0.05, 0.00], [0.34, 0.41, 0.10, 0.06, 0.00, 0.09]


def main() -> None:
    figure = dv.js.explain(P, Q, labels=WORDS).figure()
    print(write(Path(__file__).with_suffix(".png"), png(figure)))


if __name__ == "__main__":
    main()

"""Draw docs/figures/fits.png, the README's figure: python docs/figures/fits.py"""

from pathlib import Path

from divergence import plot
from divergence.gan.experiments.fit import compare_fits
from divergence.report import png, write
from divergence.verify import TITLES


def main() -> None:
    figure = plot.fits(compare_fits(), TITLES)
    print(write(Path(__file__).with_suffix(".png"), png(figure)))


if __name__ == "__main__":
    main()

"""Handwritten digits as files for `divergence compare`, made from what ships inside scikit-learn: no download.

    python examples/digits.py [--out examples/data]

writes two classes of digits (threes.csv, eights.csv), the digits against samples of a small GAN trained on them
(digits.npy, gan.npy), and the digits split in two at random (digits_a.parquet, digits_b.parquet), where there is no
difference to see. Takes about half a minute, to train the GAN. Needs scikit-learn and pyarrow, and torch for the GAN.
"""

from __future__ import annotations

import argparse
import csv
import os
import shlex
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

SIDE, INK, NOISE, SEED = 8, 16.0, 16, 0
COLUMNS = [f"pixel_{row}_{column}" for row in range(SIDE) for column in range(SIDE)]


def main() -> None:
    from sklearn.datasets import load_digits

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data", help="folder to write to")
    parser.add_argument("--steps", type=int, default=800, help="training steps of the GAN; 0 leaves it out")
    settings = parser.parse_args()
    settings.out.mkdir(parents=True, exist_ok=True)

    digits = load_digits()
    images = digits.data.astype(float)  # (1797, 64), grey levels 0 to 16
    for name, digit in (("threes.csv", 3), ("eights.csv", 8)):
        write(settings.out / name, lambda file, digit=digit: write_csv(file, images[digits.target == digit]))

    order = np.random.default_rng(SEED).permutation(len(images))
    for name, rows in (("digits_a.parquet", order[::2]), ("digits_b.parquet", order[1::2])):
        write(settings.out / name, lambda file, rows=rows: write_parquet(file, images[rows]))

    pairs = [("threes.csv", "eights.csv", "threes-eights"), ("digits_a.parquet", "digits_b.parquet", "split")]
    if settings.steps:
        fakes = train_gan(images, settings.steps)
        write(settings.out / "digits.npy", lambda file: write_npy(file, images))
        write(settings.out / "gan.npy", lambda file: write_npy(file, fakes))
        pairs.insert(1, ("digits.npy", "gan.npy", "digits-gan"))

    print("\nNow compare them:\n")
    for real, fake, report in pairs:
        files = f"{here(settings.out / real)} {here(settings.out / fake)}"
        print(f"  {command()} compare {files} --out compare-{report}")


def command() -> str:
    """How `divergence` is called from this folder: the script beside this Python, or the module where there is none."""
    script = Path(sys.executable).with_name("divergence")
    return here(script) if script.exists() else f"{here(Path(sys.executable))} -m divergence"


def here(path: Path) -> str:
    """A path as a shell takes it, short where it lies below this folder."""
    path = path.absolute()
    return shlex.quote(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))


def train_gan(images: np.ndarray, steps: int, batch: int = 128) -> np.ndarray:
    """As many samples as there are images, (n, 64), rounded to grey levels, from a GAN of two small perceptrons."""
    import torch
    from torch import nn

    from divergence.gan.losses import discriminator_loss, non_saturating_loss
    from divergence.generators import GENERATORS

    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # nets this small only lose time by being shared among cores
    js = GENERATORS["js"]
    data = torch.tensor(images / INK * 2 - 1, dtype=torch.float32)
    generator = nn.Sequential(
        nn.Linear(NOISE, 256), nn.LeakyReLU(0.2), nn.Linear(256, 256), nn.LeakyReLU(0.2), nn.Linear(256, 64), nn.Tanh()
    )
    critic = nn.Sequential(
        nn.Linear(64, 256),
        nn.LeakyReLU(0.2),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.2),
        nn.Linear(256, 1),
    )
    generator_descent, critic_descent = (
        torch.optim.Adam(net.parameters(), lr=4e-4, betas=(0.5, 0.9)) for net in (generator, critic)
    )

    def take_step(descent: torch.optim.Optimizer, loss: torch.Tensor) -> None:
        descent.zero_grad()
        loss.backward()
        descent.step()

    for step in range(steps):
        real = data[torch.randint(len(data), (batch,))]
        fake = generator(torch.randn(batch, NOISE))
        loss = discriminator_loss(js, critic(real)[:, 0], critic(fake.detach())[:, 0])
        take_step(critic_descent, loss)
        take_step(generator_descent, non_saturating_loss(js, critic(fake)[:, 0]))
        if (step + 1) % 100 == 0 or step + 1 == steps:
            show(step + 1, steps, f"variational bound on js {-float(loss.detach()):+.3f}, 0 at the optimum")
    with torch.no_grad():
        samples = generator(torch.randn(len(images), NOISE)).double().numpy()
    return np.round((samples + 1) / 2 * INK)


def show(step: int, steps: int, text: str) -> None:
    """A progress line that stays one line on a terminal and is a plain line elsewhere at every tenth."""
    if sys.stdout.isatty():
        bar = "█" * (30 * step // steps)
        print(f"\r  training a GAN on the digits  {bar:<30} {step}/{steps}  {text}", end="" if step < steps else "\n")
    elif step == steps or step % max(100, steps // 1000 * 100) == 0:
        print(f"  training a GAN on the digits  {step}/{steps}  {text}", flush=True)


def write(path: Path, fill: Callable[[Path], None]) -> None:
    """Fill a file beside `path` and move it into place, so that an interrupted run leaves no half-written file."""
    beside = path.with_name(f".{path.name}.part")
    try:
        fill(beside)
        os.replace(beside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            beside.unlink()
        raise
    print(f"  wrote {path}")


def write_csv(file: Path, rows: np.ndarray) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(rows.astype(int).tolist())


def write_parquet(file: Path, rows: np.ndarray) -> None:
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table(dict(zip(COLUMNS, rows.T))), file)


def write_npy(file: Path, rows: np.ndarray) -> None:
    with file.open("wb") as stream:
        np.save(stream, rows)


if __name__ == "__main__":
    try:
        main()
    except ImportError as error:
        sys.exit(f"{error}. Remedy: pip install scikit-learn pyarrow torch; --steps 0 does without torch")
    except KeyboardInterrupt:
        sys.exit("\ninterrupted: files named above are whole, the rest was not written")

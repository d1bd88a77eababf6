"""The command line: `divergence compare`, `divergence verify`, `divergence gan`, `divergence refute`.

Exit status: 0 when all is well, 1 when a claim failed, a prediction was missed or a sentence was refuted, 2 for bad
input, 3 for a sentence that stays open, 130 on Ctrl-C, 141 where the reader of the output went away.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    try:
        app(args=arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    return 0


def guarded(command: Callable[..., int]) -> Callable[..., None]:
    """`command` with every expected failure as one line on stderr and an exit status."""

    @wraps(command)
    def guard(**options: Any) -> None:
        from .errors import DivergenceError

        try:
            status = command(**options)
            sys.stdout.flush()
        except KeyboardInterrupt:
            print("\ninterrupted: nothing was written, earlier reports are as they were", file=sys.stderr)
            status = 130
        except DivergenceError as error:
            status = _fail(str(error))
        except ModuleNotFoundError as missing:
            if missing.name and missing.name.split(".")[0] in ("divergence", "proofs"):
                raise
            status = _fail(f"{missing.name} is not installed. Remedy: pip install '.[all]' in the project's folder")
        except BrokenPipeError:  # the reader has seen enough, `| head -1`: end as quietly as a signal would
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = 141
        except OSError as error:
            status = _fail(f"{error.filename or 'file'}: {error.strerror or error}. Remedy: check path and permissions")
        raise SystemExit(status)

    return guard


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 2


app = typer.Typer(
    help="Divergences between probability distributions: measure them, verify their theory, watch GANs confirm it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"divergence-toolkit {version('divergence-toolkit')}")
        raise typer.Exit()


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass


Seed = Annotated[int, typer.Option(help="Every random number follows from it.")]
Out = Annotated[Path, typer.Option(help="Folder of the report.")]
Device = Annotated[str, typer.Option(help="cpu, or cuda where there is one.")]
Members = Annotated[int, typer.Option(help="How many independent GANs per row.")]
Steps = Annotated[int, typer.Option(help="Generator steps of each GAN.")]


@app.command()
@guarded
def compare(
    real: Annotated[str, typer.Argument(metavar="REAL", help="Samples: .csv .parquet .npy .npz (FILE.npz:KEY).")],
    fake: Annotated[str, typer.Argument(metavar="FAKE", help="Samples to hold against them, same columns.")],
    out: Out = Path("compare-report"),
    resamples: Annotated[int, typer.Option(help="Bootstrap resamples, and as many permutations.")] = 999,
    projections: Annotated[int, typer.Option(help="Random directions of the sliced distance.")] = 100,
    confidence: Annotated[float, typer.Option(help="Of intervals, levels and the verdict.")] = 0.95,
    standardise: Annotated[bool, typer.Option("--standardise", help="Columns in their standard deviations.")] = False,
    max_rows: Annotated[int, typer.Option(help="Rows per file that are resampled; more are subsampled.")] = 5000,
    seed: Seed = 0,
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether .csv files begin with names; else judged.")
    ] = None,
) -> int:
    """Compare two sample files: distances with intervals and p-values, a verdict, marginals; writes a page."""
    from .compare import compare as run
    from .compare_page import compare_page, shown
    from .report import refuse_unwritable, write

    page = out / "report.html"
    refuse_unwritable(page, "--out")
    with _progress() as bar:
        tasks: list[Any] = []

        def on_progress(done: int, total: int) -> None:  # the bar appears with the work, after the files are read
            if not tasks:
                tasks.append(bar.add_task("bootstrap and permutations", total=total))
                bar.start()
            bar.update(tasks[0], completed=done)

        found = run(
            real,
            fake,
            resamples=resamples,
            projections=projections,
            confidence=confidence,
            standardise=standardise,
            max_rows=max_rows,
            seed=seed,
            header=header,
            progress=on_progress,
        )
    path = write(page, compare_page(found))
    few = (found.energy, found.sliced, *found.most_different(10))
    lines = [shown(finding, found) for finding in few]
    p = "p-value" if len(found.columns) == 1 else "p (columns:\nadjusted)"
    _print_table(
        ("distance", "value", f"own {found.confidence:.0%}\ninterval", "own chance\nlevel", p),
        [(line["name"], line["value"], line["interval"], line["level"], line["p"]) for line in lines],
    )
    if len(found.columns) > 10:
        print(f"(the 10 most different of {len(found.columns)} columns; all of them are in the page)")
    for note in found.notes:
        print(f"note: {note}")
    if found.on_columns:
        print(found.on_columns)
    print(found.basis)
    print(found.verdict)
    print(path)
    return 0


@app.command()
@guarded
def verify(
    out: Out = Path("report"), seed: Seed = 0, device: Device = "cpu", members: Members = 8, steps: Steps = 700
) -> int:
    """Check the theory, train the toy GANs, draw the figures, write report/index.html."""
    from proofs import ledger

    from .gan.univariate import Settings
    from .report import refuse_unwritable
    from .verify import LABORATORY, summary
    from .verify import verify as run

    settings = Settings(members=members, steps=steps, seed=seed, device=device)
    refuse_unwritable(out / "index.html", "--out")
    with _progress() as bar:
        bar.start()
        claims = bar.add_task("the ledger", total=len(ledger.known()))
        tasks: dict[str, Any] = {}

        def on_step(name: str, done: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(f"{_gans(members)} trained by {name}", total=steps)
            bar.update(tasks[name], advance=done)

        def on_experiment(name: str) -> None:
            if "laboratory" not in tasks:
                tasks["laboratory"] = bar.add_task("the GAN laboratory, quick", total=len(LABORATORY))
            bar.update(tasks["laboratory"], advance=1)

        path, entries, comparison, outcomes = run(
            out,
            settings,
            on_claim=lambda _: bar.update(claims, advance=1),
            on_step=on_step,
            on_experiment=on_experiment,
        )
    failed = [entry for entry in entries if entry.verdict == "failed"]
    _print_counts(entries)
    for entry in failed:
        print(f"  failed: {entry.claim.name}: {entry.reason}")
    _print_table(("row", "exact best fit", "trained", "verdict"), summary(comparison))
    _print_table(("experiment", "verdict"), [(outcome.name, outcome.verdict) for outcome in outcomes])
    print(path)
    return 1 if failed or not comparison.confirmed or not all(outcome.confirmed for outcome in outcomes) else 0


@app.command()
@guarded
def gan(
    experiment: Annotated[str, typer.Argument(metavar="EXPERIMENT", help="fit, or one of --list.")] = "fit",
    divergence: Annotated[
        str | None, typer.Option(help="Restrict it to one row; fit trains by it, js if none.")
    ] = None,
    out: Out = Path("gan-report"),
    seed: Seed = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, or cuda where there is one.")] = "auto",
    quick: Annotated[bool, typer.Option("--quick", help="Seconds instead of minutes.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Name the experiments and end.")] = False,
    members: Members = 8,
    steps: Steps = 1200,
) -> int:
    """Run one experiment of the GAN laboratory; writes its page, figures and JSON. --members and --steps are fit's."""
    from .gan.suggestions import suggest

    experiments = _experiments()
    if listed:
        print("fit           one batch of GANs by one row beside the exact best fit")
        for name, question in experiments.items():
            print(f"{name:<13} {question}")
        return 0
    if experiment not in (*experiments, "fit"):
        from .errors import InvalidParameter

        remedy = suggest(experiment, ["fit", *experiments])
        raise InvalidParameter(f"no experiment is called {experiment!r}", argument="EXPERIMENT", remedy=remedy)
    if divergence is not None:
        from .gan.rows import named_row

        named_row(divergence, "--divergence")  # before torch is loaded
    from .report import refuse_unwritable

    refuse_unwritable(out / "index.html", "--out")
    from .gan.devices import chosen

    where = chosen(device)
    if experiment == "fit":
        return _fit(divergence or "js", out, seed, where, members, -(-steps // 4) if quick else steps)
    from .gan.experiments import Setup, run
    from .laboratory import interval, keep, number

    with _progress() as bar:
        tasks: dict[str, Any] = {}

        def on_progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
                bar.start()
            bar.update(tasks[what], completed=done)

        outcome = run(experiment, Setup(seed, where, quick, divergence, on_progress))
    path = keep(outcome, out)
    lines = [
        (c.what, c.predicted, number(c.measured), interval(c), "" if c.holds else "missed") for c in outcome.checks
    ]
    _print_table(("what", "predicted", "measured", "95% interval", ""), lines)
    print(f"{experiment}: {outcome.verdict}")
    print(path)
    return 0 if outcome.confirmed else 1


def _experiments() -> dict[str, str]:
    from .gan.experiments import EXPERIMENTS

    return EXPERIMENTS


def _fit(row: str, out: Path, seed: int, device: str, members: int, steps: int) -> int:
    """One row's GANs and their page."""
    from .gan.rows import named_row

    chosen = named_row(row, "--divergence")
    from .gan.experiments.fit import TWO_MODES, fit_one
    from .gan.univariate import Settings
    from .report import write
    from .verify import gan_page

    settings = Settings(members=members, steps=steps, seed=seed, device=device)
    with _progress() as bar:
        bar.start()
        task = bar.add_task(f"{_gans(members)} trained by {row}", total=settings.steps)
        trained = fit_one(chosen, TWO_MODES, settings, progress=lambda _, done: bar.update(task, advance=done))
    path = write(out / "index.html", gan_page(trained))
    print(f"{row}: {trained.verdict}")
    print(path)
    return 0 if trained.lands else 1


@app.command()
@guarded
def refute(
    sentence: Annotated[str, typer.Argument(metavar="SENTENCE", help='Such as "total_variation^2 <= kl/2".')],
) -> int:
    """Prove or refute an inequality between divergences of two or three laws.

    Exit status: 0 proved, 1 refuted, 2 not a sentence, 3 open. Every row of the table, power(a), hockey_stick(gamma),
    renyi(a), bhattacharyya; + - * / ^ ( ), log, sqrt, exp; laws as in "js(p, r) <= js(p, q) + js(q, r)".
    """
    from .conjectures import conjecture

    found = conjecture(sentence)
    print(found)
    return {"proved": 0, "refuted": 1, "open": 3}[found.verdict]


def _gans(members: int) -> str:
    return f"{members} GAN{'s' * (members != 1)}"


@contextmanager
def _progress() -> Iterator[Any]:
    """Bars on stderr; nothing is printed before the first `start`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description:<34}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    try:
        yield bar
    finally:
        if bar.live.is_started:
            bar.stop()


def _print_counts(entries: list[Any]) -> None:
    from collections import Counter

    counts = Counter(entry.verdict for entry in entries)
    print(f"{len(entries)} claims: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()))


def _print_table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    # a number that is cut short reads as another number: lines end between words
    words = [max(len(word) for cell in column for word in (cell or " ").split(" ")) for column in zip(header, *rows)]
    endless = words[0] > 24
    table.add_column(header[0], no_wrap=endless, overflow="ellipsis" if endless else "fold")
    for column, width in zip(header[1:], words[1:]):
        table.add_column(column, overflow="fold", min_width=width)
    for row in rows:
        table.add_row(*map(Text, row))  # names are text, [brackets] included
    console = Console(width=max(Console().width, 16 + sum(width + 2 for width in words[1:])))
    with console.capture() as captured:  # printed by print: rich ends the process itself where a pipe is closed
        console.print(table)
    print(captured.get(), end="")

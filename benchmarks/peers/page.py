"""Writes docs/peers.md: what others return, as it was measured; what is true; what we return, found while writing.

    python -m benchmarks.peers.page

`measure` tells how the rest is measured.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mpmath import mp, mpf

from .case import OURS, PRELUDES, THEMES, Case
from .cases import CASES
from .measure import load
from .run import run
from .truths import DIGITS, truth

PAGE = Path(__file__).parents[2] / "docs" / "peers.md"

# without the table of contents the tables have a third more room
HEAD = """\
---
hide: [toc]
---

# What others return

<!-- written by `python -m benchmarks.peers.page`; change benchmarks/peers/of_masses.py or of_laws.py instead -->

The libraries on this page are good ones, and this library stands on some of them. These are corners: masses that
nearly agree, zeros, gradients at the boundary, input that is no distribution. In each of them a call returns something
far from the truth, and most do so in silence.

- *It returns* was measured on {date} ({platform}), each library in a process of its own. The claim is about the
  version named here; a newer one may have mended it.
- *The truth* is computed from the definition to {digits} digits with mpmath, for exactly the floats of the call. *An
  error* means that the input has no answer.
- *We return* was found by running the call below it, and is the truth to a relative error of 1e-15, or to the one in
  brackets where the call is in single precision or integrates. Where there is a truth and we refuse, it says *not
  answered yet*.

{cases} cases: we answer {answered}, refuse {refused} that have no answer, and do not answer {open} yet. Each is a test
of this library's suite.

Measured: {versions}.

To paste a call, paste these lines first; the last one and this library need two environments, since both are imported
as `divergence`:

```python
{preludes}
```

and for ours

```python
{ours}
```
"""

NOTES = {
    "digits": "The calls to torch are in single precision, its default, unless they say otherwise; in double precision "
    "the same formulas start from more digits.",
    "gradients": "A gradient by masses that sum to one is told up to a constant, the same for each: 1 more in every "
    "entry is no failure. A nan is one, and so is a finite slope where the true one is infinite.",
    "laws": "torch says here that it has no formula, which is a fair answer. An integral or a sum is a better one. We "
    "do not take the objects of torch.distributions yet: the densities are written out.",
    "samples": "We estimate `wasserstein` and `energy` from samples, with intervals, but no f-divergence yet. The "
    "truth is the divergence of the laws that were drawn from; an estimate may well be off by a tenth of it.",
}


def page(results: dict[str, Any]) -> str:
    """The whole page."""
    systems = results["systems"]
    versions = [f"{name} {found['version']}" for name, found in systems.items() if "version" in found]
    missing = [name for name, found in systems.items() if "missing" in found]
    said = ", ".join(versions) + (f". Not measured, because not installed: {', '.join(missing)}" if missing else "")
    unanswered = sum(case.unanswered for case in CASES)
    refused = sum(case.truth is None for case in CASES)
    text = HEAD.format(
        date=results["date"],
        platform=results["platform"],
        digits=DIGITS,
        cases=len(CASES),
        answered=len(CASES) - refused - unanswered,
        refused=refused,
        open=unanswered,
        versions=said,
        preludes="\n".join(_lines()),
        ours=OURS,
    )
    for theme, title in THEMES.items():
        text += f"\n## {title}\n\n"
        text += f"{NOTES[theme]}\n\n" if theme in NOTES else ""
        text += "| call | it returns | the truth | we return |\n|:---|:---|:---|:---|\n"
        for case in CASES:
            if case.theme == theme:
                cells = _call(case), _peer(case, results), _truth(case), _ours(case)
                text += f"| {' | '.join(cells)} |\n"
    return text


def _lines() -> list[str]:
    """The import lines of all peers, each once."""
    return list(dict.fromkeys(line for prelude in PRELUDES.values() for line in prelude.split("\n")))


def code(text: str) -> str:
    """Lines of code for a cell of a table."""
    return "<br>".join(f"`{line}`" for line in text.split("\n"))


def number(x: Any) -> str:
    """Six digits of a number, or of each in a list."""
    if isinstance(x, list):
        return f"[{', '.join(map(number, x))}]"
    with mp.workdps(DIGITS):
        digits = mp.nstr(mpf(x), 6).replace("+inf", "inf").replace("-", "−")
    return re.sub(r"\.0(?=e|$)", "", digits)


def _call(case: Case) -> str:
    return f"**{case.system}**<br>{code(case.peer)}<br>{case.why}"


def _peer(case: Case, results: dict[str, Any]) -> str:
    if case.name not in results["cases"]:
        return "not measured"
    found = results["cases"][case.name]
    if "error" in found:
        return found["error"]
    return number(found["value"]) + ("<br>with a warning" if "warnings" in found else "")


def _truth(case: Case) -> str:
    return "an error" if case.truth is None else number(truth(case.truth))


def _ours(case: Case) -> str:
    found = run(OURS, case.ours)
    if "error" in found:
        kind, part = case.refuses or ("", "")
        # the part of the message that does not depend on the machine
        problem = part if found["error"] == kind and part in found["message"] else found["message"]
        said = f"not answered yet: {found['error']}" if case.unanswered else f"{found['error']}: {problem}"
    else:
        said = number(found["value"]) + (f" (to {number(case.rtol)})" if case.rtol > 1e-15 else "")
    return f"{said}<br>{code(case.ours)}"


def main() -> None:
    PAGE.write_text(page(load()), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()

"""Accuracy and speed for laws, and the page of the docs that shows the first.

    python -m benchmarks.laws

writes benchmarks/results/laws.txt and docs/laws.md; a minute.
"""

from __future__ import annotations

from ..record import RESULTS, heading, keep
from . import accuracy, page, speed


def main() -> None:
    head = heading("numpy", "scipy", "torch")
    print(head, flush=True)
    values = list(accuracy.found())
    found = [head, "", *accuracy.lines(values), ""]
    print("\n".join(found[1:]), flush=True)
    for line in speed.lines():
        print(line, flush=True)
        found.append(line)
    keep(RESULTS / "laws.txt", found)
    page.write(values)


if __name__ == "__main__":
    main()

"""The table: calls where another library returns something else than the truth, and the call that we offer for each.

Peers are good libraries, and these are their corners. Every text here is executed: `peer` by an interpreter that has
the peer, `truth` by mpmath, `ours` by this library; the page shows the same texts.
"""

from __future__ import annotations

from dataclasses import dataclass

THEMES = {
    "digits": "Digits near equality",
    "boundaries": "Zeros, infinities and the smallest floats",
    "gradients": "Gradients",
    "refusals": "What is no distribution",
    "laws": "Pairs of laws without a formula",
    "transport": "Transport",
    "samples": "Estimates from samples",
}

PRELUDES = {
    "scipy": "import numpy as np\nfrom scipy import special, stats\nfrom scipy.spatial import distance",
    "torch": "import torch\nimport torch.nn.functional as F\nfrom torch import distributions as td",
    "torchmetrics": "import torch\nfrom torchmetrics.functional import kl_divergence",
    "scikit-learn": "from sklearn.metrics import mutual_info_score",
    "statsmodels": "from statsmodels.stats.gof import powerdiscrepancy",
    "dit": "import dit",
    "infomeasure": "import numpy as np\nimport infomeasure",
    "POT": "import numpy as np\nimport ot",
    "divergence": "import numpy as np\nimport divergence  # the package of that name on PyPI, by another author",
}
OURS = (
    "import divergence as dv\nimport numpy as np\nimport torch\n"
    "from scipy import stats\nfrom torch import distributions as td"
)


@dataclass(frozen=True)
class Case:
    """One corner. `truth` is an expression of `truths`, None where the input has no answer and an error is the truth.

    `ours` returns that within `rtol`, or raises `refuses`: the type and a part of the message. A refusal where there is
    a truth says that we have no answer yet.
    """

    name: str
    theme: str
    system: str
    peer: str
    truth: str | None
    ours: str
    why: str
    rtol: float = 1e-15
    refuses: tuple[str, str] | None = None

    @property
    def unanswered(self) -> bool:
        """Whether there is a truth and we do not tell it."""
        return self.truth is not None and self.refuses is not None

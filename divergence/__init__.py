"""Divergences between probability distributions, with the theory behind them checked on the code that runs.

>>> import divergence as dv
>>> float(dv.js([1.0, 0.0], [0.5, 0.5]))
0.2157615543388357
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

# first of all, so that the rest can be interrupted
from . import interrupts as _interrupts  # noqa: F401  # isort: split

# checks
from .checks import unchecked as unchecked

# f-divergences
from .convex_function import f_divergence as f_divergence

# distributions
from .density import Density as Density
from .density import Lattice as Lattice

# errors
from .errors import DivergenceError as DivergenceError
from .errors import InvalidMeasure as InvalidMeasure
from .errors import InvalidParameter as InvalidParameter
from .errors import NotConverged as NotConverged
from .errors import ShapeMismatch as ShapeMismatch
from .errors import UnsupportedLaw as UnsupportedLaw

# answers
from .evaluation import Evaluation as Evaluation
from .f_divergence import FDivergence as FDivergence
from .f_divergence import hockey_stick as hockey_stick
from .f_divergence import in_bits as in_bits
from .f_divergence import jeffreys as jeffreys
from .f_divergence import js as js
from .f_divergence import kl as kl
from .f_divergence import neyman as neyman
from .f_divergence import pearson as pearson
from .f_divergence import power as power
from .f_divergence import reverse_kl as reverse_kl
from .f_divergence import skew as skew
from .f_divergence import squared_hellinger as squared_hellinger
from .f_divergence import symmetrised as symmetrised
from .f_divergence import total_variation as total_variation
from .f_divergence import triangular as triangular
from .measure import Discrete as Discrete
from .measure import Samples as Samples

# from here on loaded when first used: functions of rows, transport, statistics, GANs, drivers for your own tests
if _TYPE_CHECKING:
    from . import gan as gan
    from . import testing as testing
    from .affinity import bhattacharyya as bhattacharyya
    from .affinity import renyi as renyi
    from .chernoff_information import chernoff as chernoff
    from .conjectures import conjecture as conjecture
    from .entropies import cross_entropy as cross_entropy
    from .entropies import entropy as entropy
    from .entropies import jensen_shannon as jensen_shannon
    from .entropies import mutual_information as mutual_information
    from .estimate.tests import two_sample_test as two_sample_test
    from .integral_metric import energy as energy
    from .maximum_mean_discrepancy import mmd as mmd
    from .mixture import Mixture as Mixture
    from .pair_table import pairs as pairs
    from .transport.circle import circular_wasserstein as circular_wasserstein
    from .transport.exact import optimal_transport as optimal_transport
    from .transport.frechet import frechet as frechet
    from .transport.gaussian import gaussian_map as gaussian_map
    from .transport.gaussian import gaussian_wasserstein as gaussian_wasserstein
    from .transport.gaussian_barycentre import gaussian_barycentre as gaussian_barycentre
    from .transport.max_sliced import max_sliced_wasserstein as max_sliced_wasserstein
    from .transport.rational import rational_transport as rational_transport
    from .transport.sinkhorn import sinkhorn as sinkhorn
    from .transport.sliced import sliced_wasserstein as sliced_wasserstein
    from .transport.wasserstein import wasserstein as wasserstein

_LAZY = {
    "bhattacharyya": "affinity",
    "chernoff": "chernoff_information",
    "circular_wasserstein": "transport.circle",
    "conjecture": "conjectures",
    "cross_entropy": "entropies",
    "Mixture": "mixture",
    "energy": "integral_metric",
    "entropy": "entropies",
    "frechet": "transport.frechet",
    "gaussian_barycentre": "transport.gaussian_barycentre",
    "gaussian_map": "transport.gaussian",
    "gaussian_wasserstein": "transport.gaussian",
    "jensen_shannon": "entropies",
    "max_sliced_wasserstein": "transport.max_sliced",
    "mmd": "maximum_mean_discrepancy",
    "mutual_information": "entropies",
    "optimal_transport": "transport.exact",
    "pairs": "pair_table",
    "rational_transport": "transport.rational",
    "renyi": "affinity",
    "sinkhorn": "transport.sinkhorn",
    "sliced_wasserstein": "transport.sliced",
    "two_sample_test": "estimate.tests",
    "wasserstein": "transport.wasserstein",
}
_MODULES = ("gan", "testing")


def __getattr__(name: str) -> _Any:
    if name in _MODULES:
        return _import_module(f"{__name__}.{name}")
    if name in _LAZY:
        return getattr(_import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY, *_MODULES})

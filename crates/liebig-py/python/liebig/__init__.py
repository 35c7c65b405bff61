"""Dataset distillation: a large labelled dataset in, a very small synthetic one out, on which fresh networks train almost as well.

>>> import liebig
>>> made = liebig.distill("strokes", "dm", ipc=1, iterations=5, progress=False)
>>> made.images.shape
(10, 1, 28, 28)

`distill` and `select` make a `DistilledSet`, `load` reads one, `import_pt` reads what reference implementations wrote.
`DistilledSet.evaluate` trains fresh networks on it and tests them; `liebig.torch` trains modules of PyTorch on it.
"""

from __future__ import annotations

from liebig._catalogue import Setting, formats, methods, models, settings
from liebig._dataset import Dataset, load_dataset
from liebig._distilled import DistilledSet, Judge, load
from liebig._distilling import Step, distill, select
from liebig._importing import import_pt
from liebig._liebig import VERSION as __version__
from liebig._report import Report
from liebig.errors import DataError, Error, RunError, UsageError

__all__ = [
    "DataError",
    "Dataset",
    "DistilledSet",
    "Error",
    "Judge",
    "Report",
    "RunError",
    "Setting",
    "Step",
    "UsageError",
    "__version__",
    "distill",
    "formats",
    "import_pt",
    "load",
    "load_dataset",
    "methods",
    "models",
    "select",
    "settings",
]

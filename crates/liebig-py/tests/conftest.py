"""What the tests share: small settings, and a set that takes a fraction of a second."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import liebig

# A tiny network and few samples: what is tested is the way of settings and results, not how well anything learns.
TINY: dict[str, Any] = {"model": "convnet:width=4:depth=1", "batch_real": 4, "iterations": 3, "progress": False}


@pytest.fixture(scope="session")
def strokes() -> liebig.Dataset:
    return liebig.load_dataset("strokes")


@pytest.fixture(scope="session")
def made(strokes: liebig.Dataset) -> liebig.DistilledSet:
    return liebig.distill(strokes, "dm", **TINY)


@pytest.fixture(scope="session")
def soft(strokes: liebig.Dataset) -> liebig.DistilledSet:
    """A set with soft labels and learnt step sizes."""
    settings = {key: value for key, value in TINY.items() if key != "batch_real"}
    return liebig.distill(strokes, "sldd", images=5, **settings)


@pytest.fixture(scope="session")
def mnist() -> liebig.Dataset:
    """Real data, where it is: in LIEBIG_DATA or in `shared/data` beside the repository."""
    beside = Path(__file__).parents[4] / "shared" / "data"
    if "LIEBIG_DATA" not in os.environ and beside.is_dir():
        os.environ["LIEBIG_DATA"] = str(beside)
    try:
        return liebig.load_dataset("mnist")
    except liebig.DataError as error:
        pytest.skip(f"MNIST is not there: {error.message}")

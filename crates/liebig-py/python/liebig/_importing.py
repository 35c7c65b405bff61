"""Sets that the field's reference implementations wrote with `torch.save`."""

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np

from liebig._dataset import Dataset, load_dataset
from liebig._distilled import DistilledSet
from liebig.errors import DataError, UsageError

__all__ = ["import_pt"]

# `save_name` of DatasetCondensation's main.py and main_DM.py.
_CONDENSATION = re.compile(r"res_(?P<method>DC|DSA|DM)_(?P<data>[^_]+)_(?P<model>[^_]+)_(?P<ipc>\d+)ipc", re.IGNORECASE)


def import_pt(
    path: str | os.PathLike[str],
    data: Any = None,
    *,
    method: str | None = None,
    model: str | None = None,
    lr: float | None = None,
    labels: str | os.PathLike[str] | None = None,
    experiment: int = 0,
    zca: str | None = None,
) -> DistilledSet:
    """Reads a distilled set of a reference implementation, with `torch.load(weights_only=True)`, and gives it the recipe that it
    is meant for, so that it is evaluated like any other set.

    Understood are `res_METHOD_DATASET_MODEL_Nipc.pt` of DC, DSA and DM (all experiments of a run; `experiment` chooses one), and
    `images_*.pt` of MTT, FTD and DATM with `labels_*.pt` and, if it is there, `lr_*.pt` beside it. Images are in the space that
    networks train on, normalised or whitened, as these programs save them; `images_zca_*.pt`, which is for looking at, is not.

    Args:
        path: The file with the images.
        data: The dataset that was distilled: a name, a path or a `Dataset`. Default: as the file's name says.
        method: The method whose recipe the set gets. Default: as the file's name says, or `mtt` for `images_*.pt`.
        model: The network of the recipe. Default: as the file's name says, or the method's usual one.
        lr: The learnt step size of MTT and its descendants, if no file says it.
        labels: The file with the labels. Default: `labels_*.pt` beside `images_*.pt`.
        experiment: Which experiment of a file of DC, DSA or DM, counted from 0.
        zca: How the dataset is whitened, if it is given by name: `"kornia"` for MTT's whitened sets, or `"none"`.

    Raises:
        UsageError: What the file does not say is not given either.
        DataError: The file cannot be read, or does not hold such a set.
    """
    place = Path(path)
    content = _load(place)
    named = _CONDENSATION.match(place.name)
    sizes: list[float] = []
    soft_are_logits = False
    if isinstance(content, dict) and "data" in content:
        images, classes = _experiment(place, content["data"], experiment)
        recipe = method or (named["method"].lower() if named else None)
        if recipe is None:
            raise UsageError("method: the file's name does not say it", "give the method, such as method='dm'")
    elif _is_tensor(content):
        if place.name.startswith("images_zca"):
            raise DataError(
                f"{place}: images without their whitening, for looking at", "give the images_*.pt of the same step"
            )
        images = content
        beside = Path(labels) if labels is not None else _beside(place, "labels")
        if not beside.exists():
            raise UsageError(f"labels: {beside} is not there", "give the file with the labels")
        classes = _load(beside)
        recipe = method or "mtt"
        step_size = _step_size(place) if lr is None else lr
        if step_size is None and recipe == "mtt":
            raise UsageError(
                "lr: no file says the step size that was learnt with the set",
                "give it as lr=...; MTT prints and logs it as Synthetic_LR",
            )
        sizes = [] if step_size is None else [step_size]
        soft_are_logits = True
    else:
        raise DataError(
            f"{place}: a {type(content).__name__}, not a distilled set",
            "expected res_*.pt of DC, DSA or DM, or images_*.pt of MTT, FTD or DATM",
        )
    if data is None and named is None:
        raise UsageError("data: the file's name does not say the dataset", "give its name or path")
    dataset = _dataset(named["data"].lower() if data is None and named else data, zca)
    network = model or (named["model"].lower() if named else None)
    return DistilledSet.from_arrays(
        _floats(place, images),
        _classes(place, classes),
        dataset,
        recipe=recipe,
        model=network,
        logits=soft_are_logits,
        step_sizes=sizes,
    )


def _dataset(data: Any, zca: str | None) -> Dataset:
    if isinstance(data, Dataset):
        if zca is not None:
            raise UsageError("zca: the dataset is loaded already", "give it to liebig.load_dataset")
        return data
    return load_dataset(data, zca=zca or "none")


def _experiment(place: Path, runs: Any, experiment: int) -> tuple[Any, Any]:
    if not isinstance(runs, (list, tuple)) or not runs:
        raise DataError(f"{place}: no experiments under 'data'", "expected a list of [images, labels]")
    if not 0 <= experiment < len(runs):
        raise UsageError(f"experiment: {experiment}", f"the file has the experiments 0 to {len(runs) - 1}")
    run = runs[experiment]
    if not isinstance(run, (list, tuple)) or len(run) != 2:
        raise DataError(f"{place}: experiment {experiment} is no [images, labels]", "expected two tensors")
    return run[0], run[1]


def _load(place: Path) -> Any:
    try:
        import torch
    except ImportError as error:
        raise UsageError(f"{place}: reading it takes PyTorch", "pip install torch") from error
    # The accuracies beside the images are NumPy's numbers.
    numbers: list[Any] = [np.dtype, *(type(np.dtype(name)) for name in ("float32", "float64", "int64"))]
    for module in ("numpy._core.multiarray", "numpy.core.multiarray"):
        try:
            scalar = __import__(module, fromlist=["scalar"]).scalar
        except (ImportError, AttributeError):
            continue
        numbers.append(scalar)
        numbers.append((scalar, "numpy.core.multiarray.scalar"))
    try:
        with torch.serialization.safe_globals(numbers):
            return torch.load(place, map_location="cpu", weights_only=True)
    except OSError as error:
        raise DataError(f"{place}: {error.strerror or error}", "check that it exists and that you may read it") from error
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"{place}: not a file of tensors that torch.save wrote: {reason}", "the file may be damaged, or hold a program"
        ) from error


def _step_size(images: Path) -> float | None:
    place = _beside(images, "lr")
    if not place.exists():
        return None
    content = _load(place)
    value = float(content) if _is_tensor(content) and content.numel() == 1 or isinstance(content, float) else None
    if value is None:
        raise DataError(f"{place}: expected one number", "give the step size as lr=...")
    return value


def _beside(images: Path, what: str) -> Path:
    return images.with_name(images.name.replace("images", what, 1))


def _is_tensor(content: Any) -> bool:
    import torch

    return isinstance(content, torch.Tensor)


def _floats(place: Path, images: Any) -> Any:
    if not _is_tensor(images) or images.ndim != 4 or not images.is_floating_point():
        raise DataError(f"{place}: no images [n, C, H, W] in floats", "expected those of a distilled set")
    return images.detach().float().numpy()


def _classes(place: Path, labels: Any) -> Any:
    if not _is_tensor(labels) or labels.ndim not in (1, 2):
        raise DataError(f"{place}: no labels [n] or [n, classes]", "expected those of a distilled set")
    return labels.detach().numpy()

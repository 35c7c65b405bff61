"""Datasets: by name, from files, from arrays, from PyTorch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from liebig import _liebig, _settings
from liebig.errors import UsageError

if TYPE_CHECKING:
    from liebig._distilled import DistilledSet

__all__ = ["Dataset", "load_dataset"]

Array: TypeAlias = npt.NDArray[Any]
Floats: TypeAlias = npt.NDArray[np.float32]
Labels: TypeAlias = npt.NDArray[np.int64]

# What resizing in floats may add to 1 or take from 0.
_ROUNDING = 1e-5


class Dataset:
    """A labelled dataset in memory, with a training split and a test split.

    `load_dataset` reads one; `Dataset.from_arrays` and `Dataset.from_torch` make one.
    """

    def __init__(self, native: _liebig.Dataset) -> None:
        self._native = native

    @staticmethod
    def from_arrays(
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        x_test: npt.ArrayLike | None = None,
        y_test: npt.ArrayLike | None = None,
        *,
        class_names: Sequence[str] | None = None,
        layout: str | None = None,
        name: str = "arrays",
    ) -> Dataset:
        """A dataset of arrays.

        Images become bytes, as in image files: `uint8` is taken as it is, floats in 0 to 1 are rounded to the nearest of 256
        levels. They are normalised by the training split, or by the constants of the literature if `name` is that of a known
        dataset such as `"cifar10"`. The samples are copied once.

        Args:
            x: Training samples: images `[n, C, H, W]`, `[n, H, W, C]` or `[n, H, W]`, or rows of features `[n, F]`. Pixels
                before any normalisation.
            y: Their classes, whole numbers `[n]` from 0 without gaps.
            x_test: Test samples, without which nothing can be evaluated on this dataset.
            y_test: Their classes.
            class_names: One name for each class. Default: the numbers.
            layout: `"NCHW"` or `"NHWC"`. Needed only if the shape leaves it open.
            name: The name that reports show.

        Raises:
            UsageError: An array of the wrong shape, type or values; the message begins with its name.
        """
        train_x, train_y = _samples("x", x, layout), _labels("y", y)
        classes = _class_names(train_y, class_names)
        _same_length("x", train_x, "y", train_y)
        if x_test is None and y_test is None:
            test_x, test_y = train_x[:0], train_y[:0]
        elif x_test is None or y_test is None:
            missing = "x_test" if x_test is None else "y_test"
            raise UsageError(f"{missing}: not given", "give both `x_test` and `y_test`, or neither")
        else:
            test_x, test_y = _samples("x_test", x_test, layout), _labels("y_test", y_test)
            _same_length("x_test", test_x, "y_test", test_y)
            if test_x.shape[1:] != train_x.shape[1:] or test_x.dtype != train_x.dtype:
                raise UsageError(
                    f"x_test: samples of {_shape(test_x)}, but those of x are of {_shape(train_x)}",
                    "both splits must be of the same dataset",
                )
            if len(test_y) and int(test_y.max()) >= len(classes):
                raise UsageError(
                    f"y_test: class {int(test_y.max())}, but y has the classes 0 to {len(classes) - 1}",
                    "every class needs training samples",
                )
        train, test = (train_x, train_y), (test_x, test_y)
        if train_x.ndim == 2:
            return Dataset(_liebig.from_table(name, train_x.shape[1], classes, train, test))
        _, channels, height, width = train_x.shape
        return Dataset(_liebig.from_images(name, (channels, height, width), classes, train, test))

    @staticmethod
    def from_torch(
        train: Any,
        test: Any = None,
        *,
        class_names: Sequence[str] | None = None,
        name: str | None = None,
    ) -> Dataset:
        """A dataset of any map-style `torch.utils.data.Dataset` whose items are `(image, label)`.

        Images may be tensors `[C, H, W]` or `[H, W]` (bytes, or floats in 0 to 1, as `ToTensor` gives them; leave out
        `Normalize`), arrays, or PIL images. Every item is read once.

        Args:
            train: The training samples.
            test: The test samples.
            class_names: One name for each class. Default: `train.classes`, if there is such a list.
            name: The name that reports show. Default: that of the class, in lower case.

        Raises:
            UsageError: Items that are no images with labels, or of different shapes.
        """
        if class_names is None:
            names = getattr(train, "classes", None)
            class_names = [str(one) for one in names] if isinstance(names, (list, tuple)) else None
        x, y = _items("train", train)
        x_test, y_test = (None, None) if test is None else _items("test", test)
        named = type(train).__name__.lower() if name is None else name
        return Dataset.from_arrays(x, y, x_test, y_test, class_names=class_names, layout="NCHW", name=named)

    @property
    def name(self) -> str:
        """The name, in lower case."""
        return self._native.name

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a sample: `(C, H, W)`, or `(F,)` for tables."""
        return tuple(self._native.shape)

    @property
    def class_names(self) -> list[str]:
        """The name of each class, in the order of the labels."""
        return self._native.class_names

    @property
    def hash(self) -> str:
        """blake3 of all samples, labels and class names, in hex; it does not depend on where they were read from."""
        return self._native.hash

    @property
    def source(self) -> str:
        """Where it came from, for people."""
        return self._native.source

    @property
    def notes(self) -> list[str]:
        """What was decided, converted, left out or found strange while it was read."""
        return self._native.notes

    @property
    def normalization(self) -> tuple[list[float], list[float]]:
        """Mean and standard deviation of each channel or column, of pixels in 0 to 1."""
        return self._native.normalization

    @property
    def train(self) -> tuple[Array, Labels]:
        """The training split: samples `[n, C, H, W]` in bytes, or features `[n, F]`, and labels `[n]`. Copied."""
        return self.split("train")

    @property
    def test(self) -> tuple[Array, Labels]:
        """The test split, in the same form."""
        return self.split("test")

    def split(self, name: str) -> tuple[Array, Labels]:
        """The split `"train"`, `"test"` or `"validation"`, in the same form; empty if there is none."""
        _split_name(name)
        return np.asarray(self._native.raw(name)), np.asarray(self._native.labels(name))

    def values(self, split: str = "train", of: DistilledSet | None = None) -> Floats:
        """The samples of a split as networks see them, `[n, C, H, W]` or `[n, F]`: normalised and, if the dataset is, whitened.

        Args:
            split: `"train"`, `"test"` or `"validation"`.
            of: A distilled set in whose space the samples are wanted. Default: the dataset's own.
        """
        _split_name(split)
        native = None if of is None else of._artefact
        return np.asarray(self._native.values(split, native))

    def __len__(self) -> int:
        """The number of training samples."""
        return self._native.count("train")

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.shape)) if len(self.shape) > 1 else f"{self.shape[0]} features"
        test = self._native.count("test")
        return f"<liebig.Dataset {self.name}: {len(self)} + {test} samples of {shape}, {len(self.class_names)} classes>"


def load_dataset(
    source: str | os.PathLike[str], *, memory: int | None = None, threads: int | None = None, **options: Any
) -> Dataset:
    """Reads a dataset.

    Args:
        source: A name that `liebig data list` shows, such as `"strokes"` or `"mnist"`, or a path: a folder of images, `.npz`,
            IDX, CIFAR's files, CSV, parquet, or any of them in an archive. Names are looked for in the folder that
            `LIEBIG_DATA` names and in the per-user cache.
        memory: Bytes that reading may take. Default: what is free.
        threads: Worker threads. Default: all cores.
        **options: How it is read: `image_size=32` or `(32, 48)`, `grayscale=True`, `zca="kornia"`, `layout="nchw"`,
            `images=`, `labels=` (names of arrays or columns), `label_column=`, `skip_bad=True`, `strict=True`,
            `validation=True`, `patches="32/16/0.2"`, `patient=...`, `background="black"`, `transpose=True`.

    Raises:
        DataError: It cannot be found or read.
        UsageError: An option that does not exist, or with an impossible value.
    """
    settings = _settings.given({"source": source}, "data.") + _settings.data(options)
    return Dataset(_liebig.load(settings, False, memory, threads))


def as_dataset(data: Any, settings: list[_settings.Given], quick: bool, memory: int | None, threads: int | None) -> Dataset:
    """A dataset in any of the forms in which functions take it; the settings say how a named one is read."""
    if isinstance(data, Dataset):
        return data
    if isinstance(data, (str, os.PathLike)):
        source = _settings.given({"data": os.fspath(data)})
        named = [(argument, "data.source", json) for argument, _, json in source]
        return Dataset(_liebig.load(named + settings, quick, memory, threads))
    if isinstance(data, (tuple, list)) and len(data) in (2, 4):
        return Dataset.from_arrays(*data)
    if hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        return Dataset.from_torch(data)
    raise UsageError(
        f"data: a {type(data).__name__} is no dataset",
        "give a name, a path, a liebig.Dataset, arrays `(x, y)` or `(x, y, x_test, y_test)`, or a torch Dataset",
    )


def _split_name(name: str) -> None:
    if name not in ("train", "test", "validation"):
        raise UsageError(f"split: there is no split {name!r}", "the splits are train, test and validation")


def _shape(samples: Array) -> str:
    return "x".join(map(str, samples.shape[1:])) or "no values"


def _array(name: str, given: npt.ArrayLike) -> Array:
    if hasattr(given, "detach"):  # a tensor, which may be on another device or require gradients
        given = given.detach().cpu()
    try:
        array = np.asarray(given)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name}: {error}", "give a NumPy array or a tensor") from error
    if array.dtype.kind not in "buif":
        raise UsageError(
            f"{name}: values of type {array.dtype}, expected numbers", "convert it, such as by `.astype('float32')`"
        )
    return array


def _samples(name: str, given: npt.ArrayLike, layout: str | None) -> Array:
    """Contiguous bytes `[n, C, H, W]`, or single precision `[n, F]`."""
    array = _array(name, given)
    if array.ndim not in (2, 3, 4):
        raise UsageError(
            f"{name}: {array.ndim} axes, shape {array.shape}",
            "expected images [n, C, H, W], [n, H, W, C] or [n, H, W], or rows of features [n, F]",
        )
    if array.shape[0] == 0 or 0 in array.shape:
        raise UsageError(f"{name}: no values, shape {array.shape}", "give at least one sample")
    if array.dtype.kind == "f":
        finite = np.isfinite(array)
        if not finite.all():
            at = tuple(int(place[0]) for place in np.nonzero(~finite))
            raise UsageError(f"{name}: {array[at]} at {list(at)}, expected finite numbers", "remove or replace such samples")
    if array.ndim == 2:
        return np.ascontiguousarray(array, dtype=np.float32)
    if array.ndim == 3:
        array = array[:, None]
    elif _last_axis_is_channels(name, array, layout):
        array = array.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(_bytes(name, array))


def _last_axis_is_channels(name: str, array: Array, layout: str | None) -> bool:
    if layout is not None:
        if layout.upper() not in ("NCHW", "NHWC"):
            raise UsageError(f"layout: {layout!r}", "give 'NCHW' or 'NHWC'")
        return layout.upper() == "NHWC"
    first, last = (array.shape[axis] in (1, 3) for axis in (1, 3))
    if first == last:
        raise UsageError(
            f"{name}: of shape {array.shape}, which axis holds the channels cannot be told",
            "say it with layout='NCHW' or layout='NHWC'",
        )
    return last


def _bytes(name: str, array: Array) -> npt.NDArray[np.uint8]:
    if array.dtype == np.uint8:
        return array
    low, high = array.min(), array.max()
    if array.dtype.kind == "f":
        if low < -_ROUNDING or high > 1 + _ROUNDING:
            raise UsageError(
                f"{name}: floats from {float(low):.4g} to {float(high):.4g}, expected pixels in 0 to 1",
                "give pixels before any normalisation, as floats divided by 255 or as uint8",
            )
        levels: npt.NDArray[np.uint8] = np.rint(np.clip(array, 0, 1) * np.asarray(255, array.dtype)).astype(np.uint8)
        return levels
    if array.dtype.kind == "b" or low < 0 or high > 255:
        raise UsageError(
            f"{name}: {array.dtype} from {low} to {high}, expected pixels in 0 to 255", "give uint8, or floats in 0 to 1"
        )
    return array.astype(np.uint8)


def _labels(name: str, given: npt.ArrayLike) -> npt.NDArray[np.uint32]:
    array = _array(name, given)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise UsageError(f"{name}: {array.ndim} axes, shape {array.shape}", "expected one class per sample, [n]")
    if array.dtype.kind not in "ui":
        raise UsageError(f"{name}: values of type {array.dtype}, expected whole numbers", "give classes from 0")
    if array.size and int(array.min()) < 0:
        raise UsageError(f"{name}: class {int(array.min())}, expected 0 or more", "number the classes from 0")
    if array.size and int(array.max()) > 1 << 24:
        raise UsageError(f"{name}: class {int(array.max())}", "number the classes from 0 without gaps")
    return np.ascontiguousarray(array, dtype=np.uint32)


def _class_names(labels: npt.NDArray[np.uint32], names: Sequence[str] | None) -> list[str]:
    there = np.unique(labels)
    count = int(there[-1]) + 1 if there.size else 0
    if names is not None:
        names = [str(name) for name in names]
        if len(names) < count:
            raise UsageError(
                f"class_names: {len(names)} names, but y has a class {count - 1}", "give one name for each class"
            )
        count = len(names)
    missing = np.setdiff1d(np.arange(count), there)
    if missing.size:
        shown = ", ".join(map(str, missing[:5].tolist())) + (", ..." if missing.size > 5 else "")
        raise UsageError(
            f"y: no samples of class {shown}, of {count} classes",
            "number the classes from 0 without gaps, and name only those that there are as `class_names`",
        )
    if count < 2:
        raise UsageError(f"y: {count} class(es)", "at least two classes are needed")
    return list(names) if names is not None else [str(label) for label in range(count)]


def _same_length(name: str, samples: Array, labels_name: str, labels: Array) -> None:
    if len(samples) != len(labels):
        raise UsageError(
            f"{labels_name}: {len(labels)} labels for {len(samples)} samples in {name}", "give one label for each sample"
        )


def _items(name: str, dataset: Any) -> tuple[Array, Labels]:
    """All items of a dataset of PyTorch, `[n, C, H, W]` and `[n]`."""
    images: list[Array] = []
    labels: list[int] = []
    for index in range(len(dataset)):
        item = dataset[index]
        if not isinstance(item, (tuple, list)) or len(item) < 2:
            raise UsageError(f"{name}: item {index} is a {type(item).__name__}", "expected items (image, label)")
        image, label = item[0], item[1]
        array = _array(f"{name}: item {index}", image)
        if array.ndim == 2:
            array = array[None]
        elif array.ndim == 3 and not hasattr(image, "detach") and array.shape[2] in (1, 3):
            array = array.transpose(2, 0, 1)  # a PIL image or an array like one
        if images and (array.shape != images[0].shape or array.dtype != images[0].dtype):
            raise UsageError(
                f"{name}: item {index} is {array.shape} of {array.dtype}, but item 0 is {images[0].shape} of {images[0].dtype}",
                "resize all images to one size, such as by a transform",
            )
        images.append(array)
        labels.append(int(label))
    if not images:
        raise UsageError(f"{name}: no items", "give at least one sample")
    return np.stack(images), np.asarray(labels, dtype=np.int64)


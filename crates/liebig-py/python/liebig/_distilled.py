"""Distilled sets."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from liebig import _liebig, _settings
from liebig._dataset import Dataset, Floats, Labels, as_dataset
from liebig._progress import Progress
from liebig._report import Report
from liebig.errors import UsageError

if TYPE_CHECKING:
    from liebig.torch import DistilledTensors

__all__ = ["DistilledSet", "Judge", "load"]

Judge: TypeAlias = Callable[["DistilledSet", Dataset, int], float]
"""Trains something on a set, tests it on `data.test`, and returns the accuracy, a fraction; the last argument is the seed."""


class DistilledSet:
    """A distilled set with its recipe: the samples, their labels, how networks are trained on them, and where they come from.

    It is a sequence of `(sample, label)`, so a `torch.utils.data.DataLoader` can load it, with workers too. It can be pickled.
    """

    def __init__(
        self,
        artefact: _liebig.Artefact,
        data: Dataset | None = None,
        report: Report | None = None,
        run: Path | None = None,
    ) -> None:
        self._artefact = artefact
        self._data = data
        self._run = run
        self._described: dict[str, Any] = json.loads(artefact.describe())
        self.report: Report | None = report
        """The results of the last evaluation, if there was one."""

    @staticmethod
    def from_arrays(
        images: npt.ArrayLike,
        labels: npt.ArrayLike,
        data: Any,
        *,
        recipe: str,
        method: str | None = None,
        model: str | Mapping[str, Any] | None = None,
        raw: bool = False,
        logits: bool = False,
        step_sizes: Sequence[float] = (),
        **settings: Any,
    ) -> DistilledSet:
        """A set that another program made, such as a method of your own, so that it is evaluated like any other.

        Args:
            images: The samples `[n, C, H, W]`, or `[n, F]` for tables: as networks see them (normalised, and whitened if the
                dataset is), or pixels in 0 to 1 with `raw=True`.
            labels: Classes `[n]`, or soft labels `[n, classes]`.
            data: The dataset that was distilled, in any form that `distill` takes.
            recipe: The method whose recipe the set gets, such as `"dm"`; `liebig.settings` lists what may be set.
            method: The name of the method that made it. Default: that of the recipe.
            model: The network of the recipe. Default: the usual one of the method.
            raw: Whether `images` are pixels rather than normalised values.
            logits: Whether soft labels are scores that a softmax turns into probabilities; otherwise they are weights.
            step_sizes: Learnt learning rates: one, or one for each step of the recipe's own training.
            **settings: Settings of the recipe, and `evaluation`.

        Raises:
            UsageError: Arrays that do not go with the dataset, or that are not finite.
        """
        evaluation = settings.pop("evaluation", None)
        known = [
            ("recipe", "method.name", json.dumps(recipe)),
            *_settings.model(model),
            *_settings.given({"evaluation": evaluation}),
            *_settings.method(settings),
        ]
        dataset = as_dataset(data, known, False, None, None)
        samples = _finite("images", images)
        if samples.shape[1:] != dataset.shape:
            raise UsageError(
                f"images: samples of {samples.shape[1:]}, but those of the dataset are {dataset.shape}",
                "give [n, C, H, W] in the size of the dataset",
            )
        classes, soft = _classes_or_soft(labels, len(samples), len(dataset.class_names))
        ipc = max(1, len(samples) // len(dataset.class_names))
        known = [("images", "ipc", json.dumps(ipc)), *known]
        sizes = [float(size) for size in step_sizes]
        native = _liebig.adopt(
            dataset._native, known, method or recipe, samples, raw, classes, soft, logits, sizes
        )
        return DistilledSet(native, dataset)

    @property
    def images(self) -> Floats:
        """The samples as networks see them, `[n, C, H, W]` or `[n, F]`: a view of the set's memory that cannot be written to."""
        return np.asarray(self._artefact.values)

    @property
    def labels(self) -> npt.NDArray[Any]:
        """Classes `int64 [n]`, or soft labels `float32 [n, classes]` as they are stored (`label_kind`)."""
        soft = self._artefact.soft_labels
        return self.classes if soft is None else np.array(soft)

    @property
    def label_kind(self) -> str:
        """`"hard"`: classes. `"logits"`: scores that a softmax turns into probabilities. `"values"`: weights of the classes."""
        return str(self._described["labels"])

    @property
    def classes(self) -> Labels:
        """The class of each sample, `int64 [n]`: that with the highest value, if labels are soft."""
        return np.array(self._artefact.classes)

    @property
    def class_names(self) -> list[str]:
        """The name of each class, in the order of the labels."""
        return list(self._described["class_names"])

    @property
    def step_sizes(self) -> Floats:
        """Learning rates that were learnt with the set, `float32 [k]`; none, one, or one for each step of its own training."""
        return np.array(self._artefact.step_sizes)

    @property
    def recipe(self) -> dict[str, Any]:
        """How a network is trained on the set: `model`, `protocol`, and `unroll` if it was made for a training of its own."""
        return dict(self._described["recipe"])

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the set comes from: method, dataset, seed, iterations, configuration, version."""
        return dict(self._described["provenance"])

    @property
    def normalization(self) -> dict[str, Any]:
        """`mean` and `std` of each channel: network value = (pixel - mean) / std, with pixels in 0 to 1."""
        return dict(self._described["normalization"])

    @property
    def whitening(self) -> str | None:
        """The convention by which images are whitened, if they are."""
        name = self._described["whitening"]
        return None if name is None else str(name)

    @property
    def data(self) -> Dataset:
        """The dataset that it was made from; read again, by its name, if the set was loaded from a file."""
        if self._data is None:
            self._data = Dataset(_liebig.dataset_of(self._artefact, None, self._run, None))
        return self._data

    def raw_images(self) -> Floats:
        """The samples as pixels `[n, C, H, W]`, in 0 to 1 unless learnt values exceed it, or as features in original units
        `[n, F]`: without normalisation and whitening."""
        return np.array(self._artefact.raw_values())

    def evaluate(
        self,
        data: Any = None,
        *,
        models: str | Sequence[str] = (),
        pools: str | Sequence[str] = (),
        protocols: str | Sequence[str] = (),
        repeats: int = 5,
        baselines: str | Sequence[str] = ("random",),
        epochs: int | None = None,
        metrics: str | Sequence[str] = (),
        seed: int = 0,
        networks: str | os.PathLike[str] | None = None,
        teacher: str | os.PathLike[str] | None = None,
        temperature: float = 1.0,
        judge: Judge | None = None,
        resume: str | os.PathLike[str] | None = None,
        threads: int | None = None,
        progress: bool = True,
    ) -> Report:
        """Trains fresh networks on the set and on baselines, and tests each once, after its last epoch.

        Args:
            data: The dataset to test on, in any form that `distill` takes. Default: the one that was distilled.
            models: Networks by name, with options as in `"convnet:width=64"`. Default: the recipe's.
            pools: Pools of networks: `"M"`, `"W"`, `"D"`, `"A"`, `"P"`, `"N"`, `"transfer"`.
            protocols: How they are trained: `"own"` (the recipe), `"dc"`, `"dsa"`, `"strong"`, ... (docs/evaluation.md).
            repeats: Networks of each kind for each training set.
            baselines: What stands beside the set: `"random"`, other coresets, `"whole"`, or `"all"` for the usual ones but whole.
            epochs: Epochs of the common protocol, if it is not to be the recipe's.
            metrics: Also `"per_class"`, `"confusion"`, `"ensemble"`.
            seed: The seed of networks and baselines.
            networks: Networks that were trained before, for a set that was made for such.
            teacher: Trained networks whose answers become labels, at `temperature`.
            temperature: The temperature of the teacher's labels.
            judge: A function in the place of `models`: `judge(set, data, seed) -> accuracy` trains something on a set and tests
                it on `data.test`. `liebig.torch.judge` makes one of a PyTorch module.
            resume: A folder that keeps each network's result, so that an interrupted evaluation can go on.
            threads: Worker threads; the result does not depend on them. Default: all cores.
            progress: Whether notes and progress are shown on standard error.

        Returns:
            The report, which is also kept as `report`.

        Raises:
            UsageError: A name that does not exist.
            DataError: Data that cannot be read, does not go with the set, or has no test samples.
            KeyboardInterrupt: Ctrl-C.
        """
        dataset = self.data if data is None else as_dataset(data, [], False, None, threads)
        _at_least_one("repeats", repeats)
        shown = Progress(progress)
        with shown:
            if judge is not None:
                text = self._judged(judge, dataset, repeats, _names(baselines), seed, threads, shown)
            else:
                text = _liebig.evaluate(
                    self._artefact,
                    dataset._native,
                    _names(models),
                    _names(pools),
                    repeats,
                    _names(protocols),
                    _names(baselines),
                    epochs,
                    _names(metrics),
                    seed,
                    None if networks is None else Path(networks),
                    None if teacher is None else (Path(teacher), float(temperature)),
                    None if resume is None else Path(resume),
                    threads,
                    shown,
                )
        self.report = Report(json.loads(text), seed)
        return self.report

    def to_torch(self) -> DistilledTensors:
        """The set as a `torch.utils.data.TensorDataset` of samples and labels that also has the recipe. Needs PyTorch."""
        from liebig.torch import DistilledTensors

        return DistilledTensors(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the set as a `.safetensors` file (docs/artefact.md), and a large whitening into a file beside it."""
        self._artefact.write(Path(path))

    def to_bytes(self) -> bytes:
        """The bytes of that file: the same content always gives the same bytes."""
        return self._artefact.to_bytes()

    def to_png(self, path: str | os.PathLike[str]) -> None:
        """Draws all images into a file, a row for each class."""
        Path(path).write_bytes(self._artefact.png())

    def export(
        self, to: str, folder: str | os.PathLike[str], *, license: str | None = None
    ) -> dict[str, Any]:
        """Writes the set in another program's format. `report`, if there is one, goes into the card of `"hf"`.

        Args:
            to: `"hf"`, `"npz"`, `"image-folder"` or `"webdataset"`; `liebig.formats()` describes them.
            folder: A new or empty folder.
            license: The licence for the card, as the Hugging Face hub names it. Default: `unknown`.

        Returns:
            `path`, `files`, `samples`, and `lost`: what the files do not have of the set, a sentence each.

        Raises:
            UsageError: A folder that is not empty, or samples that the format cannot hold.
        """
        reports = [] if self.report is None else [(self.report.to_json(), self.report.seed)]
        exported: dict[str, Any] = json.loads(
            _liebig.export(self._artefact, to, Path(folder), license, reports)
        )
        return exported

    def __len__(self) -> int:
        return len(self._artefact)

    def __getitem__(self, index: int) -> tuple[Floats, Any]:
        """A sample `[C, H, W]` or `[F]`, copied, and its label: a class, or soft labels `[classes]`."""
        label = self.labels[index]
        return self.images[index].copy(), int(label) if label.ndim == 0 else label

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.images.shape[1:]))
        origin = self._described["provenance"]
        return (
            f"<liebig.DistilledSet {origin['method']} on {origin['dataset']['name']}: "
            f"{len(self)} samples of {shape}, {len(self.class_names)} classes>"
        )

    def _repr_png_(self) -> bytes | None:
        try:
            return self._artefact.png()
        except (ValueError, RuntimeError):
            return None  # samples that are no images

    def __reduce__(self) -> tuple[Callable[[dict[str, bytes]], DistilledSet], tuple[dict[str, bytes]]]:
        # The data stays behind: workers need the samples alone, and it is found again by its name.
        if self.whitening is None:
            return (_from_files, ({_FILE: self.to_bytes()},))
        # A large whitening is in a file of its own.
        with tempfile.TemporaryDirectory() as folder:
            self.save(Path(folder) / _FILE)
            return (_from_files, ({path.name: path.read_bytes() for path in Path(folder).iterdir()},))

    def _judged(
        self,
        judge: Judge,
        data: Dataset,
        repeats: int,
        baselines: list[str],
        seed: int,
        threads: int | None,
        shown: Progress,
    ) -> str:
        def judged(source: str, artefact: _liebig.Artefact, repeat: int) -> float:
            trained_on = self if source == "distilled" else DistilledSet(artefact, data)
            accuracy = judge(trained_on, data, seed + repeat)
            try:
                return float(accuracy)
            except (TypeError, ValueError) as error:
                raise UsageError(f"judge: it returned {accuracy!r}", "return the accuracy, a fraction") from error

        name = getattr(judge, "__name__", "judge")
        return _liebig.judge(
            self._artefact, data._native, name, judged, repeats, baselines, seed, threads, shown
        )


def load(path: str | os.PathLike[str]) -> DistilledSet:
    """Reads a distilled set: a `.safetensors` file, or the folder of a run, whose results become `report`.

    Raises:
        DataError: The file is no distilled set, or is damaged.
    """
    place = Path(path)
    artefact = _liebig.Artefact.read(place)
    if not place.is_dir():
        return DistilledSet(artefact)
    text = _liebig.run_report(place, artefact)
    made = DistilledSet(artefact, run=place if (place / "config.toml").exists() else None)
    if text is not None:
        made.report = Report(json.loads(text), int(made.provenance["seed"]))
    return made


_FILE = "distilled.safetensors"


def _from_files(files: dict[str, bytes]) -> DistilledSet:
    if len(files) == 1:
        return DistilledSet(_liebig.Artefact.from_bytes(files[_FILE]))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        return DistilledSet(_liebig.Artefact.read(Path(folder) / _FILE))


def _names(given: str | Sequence[str]) -> list[str]:
    return [given] if isinstance(given, str) else [str(name) for name in given]


def _at_least_one(name: str, count: int) -> None:
    if count < 1:
        raise UsageError(f"{name}: {count}", "expected 1 or more")


def _finite(name: str, given: npt.ArrayLike) -> Floats:
    if hasattr(given, "detach"):
        given = given.detach().cpu()
    array = np.asarray(given)
    if array.dtype.kind not in "buif" or array.ndim < 2 or not len(array):
        raise UsageError(f"{name}: {array.dtype} of shape {array.shape}", "give numbers [n, C, H, W] or [n, F]")
    if not np.isfinite(array).all():
        raise UsageError(f"{name}: values that are not finite", "the set is damaged, or its learning diverged")
    return np.ascontiguousarray(array, dtype=np.float32)


def _classes_or_soft(
    given: npt.ArrayLike, samples: int, classes: int
) -> tuple[npt.NDArray[np.uint32] | None, Floats | None]:
    if hasattr(given, "detach"):
        given = given.detach().cpu()
    array = np.asarray(given)
    if len(array) != samples or array.ndim not in (1, 2):
        raise UsageError(f"labels: shape {array.shape} for {samples} samples", "give [n], or [n, classes] for soft labels")
    if array.ndim == 2:
        if array.shape[1] != classes or array.dtype.kind not in "buif":
            raise UsageError(f"labels: {array.dtype} of shape {array.shape}", f"expected [n, {classes}] numbers")
        return None, _finite("labels", array)
    if array.dtype.kind not in "ui":
        raise UsageError(f"labels: values of type {array.dtype}", "expected whole numbers")
    if int(array.min()) < 0 or int(array.max()) >= classes:
        raise UsageError(f"labels: {array.min()} to {array.max()}", f"expected classes 0 to {classes - 1}")
    return np.ascontiguousarray(array, dtype=np.uint32), None

# What the package asks of the library; use the package.

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias, final

import numpy.typing as npt

# The argument, the key, the value as JSON.
_Given: TypeAlias = tuple[str, str, str]
# notes, phase, done, total, loss
_Show: TypeAlias = Callable[[list[str], str, int, int, float | None], object]
# done, total, loss, parts of the loss, set; true ends the distillation
_Step: TypeAlias = Callable[[int, int, float, dict[str, float], Artefact], bool]
# name, set, repeat
_Judge: TypeAlias = Callable[[str, Artefact, int], float]
# Contiguous values; whatever has the buffer protocol.
_Bytes: TypeAlias = npt.NDArray[Any]
# Samples and labels (uint32).
_Labelled: TypeAlias = tuple[_Bytes, _Bytes]

VERSION: str

__all__ = [
    "VERSION",
    "Artefact",
    "Buffer",
    "Dataset",
    "adopt",
    "command_line",
    "dataset_of",
    "distill",
    "evaluate",
    "export",
    "formats",
    "from_images",
    "from_table",
    "judge",
    "load",
    "method_settings",
    "methods",
    "model_settings",
    "models",
    "run_report",
]

@final
class Buffer:
    if sys.version_info >= (3, 12):
        def __buffer__(self, flags: int, /) -> memoryview: ...

@final
class Dataset:
    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> list[int]: ...
    @property
    def class_names(self) -> list[str]: ...
    @property
    def hash(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def normalization(self) -> tuple[list[float], list[float]]: ...
    def count(self, split: str) -> int: ...
    def raw(self, split: str) -> Buffer: ...
    def labels(self, split: str) -> Buffer: ...
    def values(self, split: str, artefact: Artefact | None = None) -> Buffer: ...

@final
class Artefact:
    @staticmethod
    def read(path: Path) -> Artefact: ...
    @staticmethod
    def from_bytes(bytes: bytes, folder: Path | None = None) -> Artefact: ...
    def to_bytes(self) -> bytes: ...
    def write(self, path: Path) -> None: ...
    def png(self) -> bytes: ...
    def __len__(self) -> int: ...
    @property
    def values(self) -> Buffer: ...
    def raw_values(self) -> Buffer: ...
    @property
    def classes(self) -> Buffer: ...
    @property
    def soft_labels(self) -> Buffer | None: ...
    @property
    def step_sizes(self) -> Buffer: ...
    def describe(self) -> str: ...
    def targets(self, own: bool) -> Buffer: ...
    @property
    def common_lr(self) -> float: ...
    def own_steps(self) -> list[tuple[list[int], float]]: ...
    def augmented(self, batch: _Bytes, own: bool, seed: int, step: int) -> Buffer: ...
    def shifted(self, seed: int, epoch: int) -> Buffer | None: ...

def load(settings: list[_Given], quick: bool = False, memory: int | None = None, threads: int | None = None) -> Dataset: ...
def dataset_of(
    artefact: Artefact, source: str | None = None, run: Path | None = None, threads: int | None = None
) -> Dataset: ...
def from_images(
    name: str, shape: tuple[int, int, int], class_names: list[str], train: _Labelled, test: _Labelled
) -> Dataset: ...
def from_table(name: str, features: int, class_names: list[str], train: _Labelled, test: _Labelled) -> Dataset: ...
def distill(
    dataset: Dataset,
    settings: list[_Given],
    quick: bool = False,
    output: Path | None = None,
    resume: bool = False,
    memory: int | None = None,
    threads: int | None = None,
    show: _Show | None = None,
    step: _Step | None = None,
) -> tuple[Artefact, str | None]: ...
def adopt(
    dataset: Dataset,
    settings: list[_Given],
    method: str,
    samples: _Bytes,
    raw: bool,
    classes: _Bytes | None = None,
    soft_labels: _Bytes | None = None,
    logits: bool = False,
    step_sizes: Sequence[float] = ...,
) -> Artefact: ...
def run_report(folder: Path, artefact: Artefact) -> str | None: ...
def evaluate(
    artefact: Artefact,
    dataset: Dataset,
    models: list[str],
    pools: list[str],
    repeats: int,
    protocols: list[str],
    baselines: list[str],
    epochs: int | None = None,
    metrics: Sequence[str] = ...,
    seed: int = 0,
    networks: Path | None = None,
    teacher: tuple[Path, float] | None = None,
    resume: Path | None = None,
    threads: int | None = None,
    show: _Show | None = None,
) -> str: ...
def judge(
    artefact: Artefact,
    dataset: Dataset,
    name: str,
    judge: _Judge,
    repeats: int,
    baselines: list[str],
    seed: int = 0,
    threads: int | None = None,
    show: _Show | None = None,
) -> str: ...
def export(
    artefact: Artefact,
    format: str,
    folder: Path,
    license: str | None = None,
    reports: Sequence[tuple[str, int]] = ...,
) -> str: ...
def formats() -> list[tuple[str, str]]: ...
def methods() -> list[tuple[str, bool, str]]: ...
def method_settings(method: str, ipc: int = 1, dataset: Dataset | None = None) -> str: ...
def models() -> list[tuple[str, str]]: ...
def model_settings(model: str) -> str: ...
def command_line(program: list[str], arguments: list[str]) -> int: ...

"""Distillation and selection."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from liebig import _liebig, _settings
from liebig._dataset import as_dataset
from liebig._distilled import DistilledSet
from liebig._progress import Progress
from liebig._report import Report
from liebig.errors import UsageError

__all__ = ["Step", "distill", "select"]


@dataclass
class Step:
    """A completed iteration, as a callback of `distill` sees it."""

    iteration: int
    """Iterations completed so far."""
    iterations: int
    """The number of all iterations."""
    loss: float
    """The loss before the iteration's update."""
    losses: dict[str, float]
    """The parts of the loss by name, if it has several."""
    set: DistilledSet
    """The set after the update."""
    _stopped: bool = field(default=False, repr=False)

    def stop(self) -> None:
        """Ends the distillation after this iteration, with the set as it is."""
        self._stopped = True


def distill(
    data: Any = "strokes",
    method: str | None = None,
    *,
    ipc: int | None = None,
    seed: int | None = None,
    model: str | Mapping[str, Any] | None = None,
    budget: str | Mapping[str, int] | None = None,
    quick: bool = False,
    output: str | os.PathLike[str] | None = None,
    resume: bool = False,
    callback: Callable[[Step], object] | None = None,
    evaluation: Mapping[str, Any] | None = None,
    memory: int | None = None,
    threads: int | None = None,
    progress: bool = True,
    **settings: Any,
) -> DistilledSet:
    """Distils a dataset. The same settings and seed give the same bytes as `liebig distill`, on any number of threads.

    Args:
        data: A name or path (as for `load_dataset`; a preset may say how it is read), a `Dataset`, arrays `(x, y)` or
            `(x, y, x_test, y_test)`, or a torch `Dataset`.
        method: A name that `methods()` has. Default: `dc`, or `dd` for `strokes` without further settings.
        ipc: Samples per class. Default 1.
        seed: The seed of everything random. Default 0.
        model: The network: `"convnet"`, `"convnet:width=64"` or `{"name": "convnet", "width": 64}`. Default: `convnet` for
            images, `mlp` for tables.
        budget: Other numbers of samples for some classes, such as `{"cat": 2, "dog": 5}`.
        quick: Whether the quick variant of the preset is used.
        output: A folder for the run, as the command line writes it: checkpoints, pictures, metrics. The set is then also
            evaluated as `evaluation` says; `report` holds the results.
        resume: Whether the run in `output` is continued from its last checkpoint.
        callback: Called after each iteration with a `Step`; it may look at the set, log, and stop. What it raises ends the
            distillation.
        evaluation: Settings of the evaluation and of the recipe, such as `{"repeats": 0}`.
        memory: Bytes of memory that must be enough. Default: what is free.
        threads: Worker threads. Default: all cores.
        progress: Whether notes and progress are shown on standard error, where that is a terminal or a notebook.
        **settings: Settings of the method: `settings(method)` lists them.

    Raises:
        UsageError: A setting that does not exist or with an impossible value, a folder that holds a run, too much memory.
        DataError: Data that cannot be read or used.
        RunError: A loss that is no longer finite, an error of the file system.
        KeyboardInterrupt: Ctrl-C. A run in `output` has a checkpoint then.
    """
    known = [
        *_settings.given({"ipc": ipc, "seed": seed}),
        *_settings.budget(budget),
        *[("method", "method.name", value) for _, _, value in _settings.given({"method": method})],
        *_settings.model(model),
        *_settings.given({"evaluation": evaluation}),
        *_settings.method(settings),
    ]
    if resume and output is None:
        raise UsageError("resume: there is no run to continue", "name its folder as `output`")
    dataset = as_dataset(data, known, quick, memory, threads)
    shown = Progress(progress)

    def stepped(done: int, total: int, loss: float, losses: dict[str, float], artefact: _liebig.Artefact) -> bool:
        step = Step(done, total, loss, losses, DistilledSet(artefact, dataset))
        if callback is not None:
            callback(step)
        return step._stopped

    folder = None if output is None else Path(output)
    with shown:
        try:
            artefact, report = _liebig.distill(
                dataset._native,
                known,
                quick,
                folder,
                resume,
                memory,
                threads,
                shown,
                None if callback is None else stepped,
            )
        except KeyboardInterrupt as interrupt:
            if folder is not None:
                interrupt.add_note(f"continue with liebig.distill(..., output={os.fspath(folder)!r}, resume=True)")
            raise
    made = DistilledSet(artefact, dataset, run=folder)
    if report is not None:
        made.report = Report(json.loads(report), int(made.provenance["seed"]))
    return made


def select(
    data: Any = "strokes",
    method: str = "random",
    *,
    ipc: int | None = None,
    seed: int | None = None,
    budget: str | Mapping[str, int] | None = None,
    model: str | Mapping[str, Any] | None = None,
    memory: int | None = None,
    threads: int | None = None,
    progress: bool = True,
    **settings: Any,
) -> DistilledSet:
    """Selects real samples: `random`, `herding`, `k-center`, `k-means`, `class-mean`, `forgetting`, `label-solve`.

    The arguments are those of `distill`, and the result is a set like any other.

    Raises:
        UsageError: A method that learns its samples, or that does not exist.
    """
    names = list(_liebig.methods())
    learning = [name for name, iterates, _ in names if iterates]
    if method in learning:
        coresets = ", ".join(name for name, iterates, _ in names if not iterates)
        raise UsageError(
            f"method: {method} learns its samples", f"use liebig.distill, or one of the coresets: {coresets}"
        )
    return distill(
        data,
        method,
        ipc=ipc,
        seed=seed,
        budget=budget,
        model=model,
        memory=memory,
        threads=threads,
        progress=progress,
        **settings,
    )

"""Distilled sets and PyTorch: tensors, and a reference trainer for any module.

Needs PyTorch. `train` follows the set's recipe (docs/artefact.md) on any `torch.nn.Module`, so that a network that Liebig does
not have can be trained on a set and tested:

    report = set.evaluate(judge=liebig.torch.judge(lambda: MyNetwork()), repeats=5)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import torch
from torch.nn import Module
from torch.nn.functional import log_softmax
from torch.optim import SGD, Adam, Optimizer
from torch.utils.data import TensorDataset

from liebig._dataset import Dataset
from liebig._distilled import DistilledSet, Judge
from liebig.errors import UsageError

__all__ = ["DistilledTensors", "accuracy", "judge", "train"]

M = TypeVar("M", bound=Module)

_TEST_BATCH = 512


class DistilledTensors(TensorDataset):
    """A set as a `TensorDataset`: samples `float32 [n, C, H, W]` as networks see them, and labels: classes `int64 [n]`, or
    soft labels `float32 [n, classes]`.

    Attributes:
        recipe: How a network is trained on the set, as in `DistilledSet.recipe`.
        class_names: The name of each class.
    """

    def __init__(self, of: DistilledSet) -> None:
        super().__init__(torch.tensor(of.images), torch.tensor(of.labels))
        self.recipe = of.recipe
        self.class_names = of.class_names


def train(
    module: M,
    on: DistilledSet,
    *,
    seed: int = 0,
    own: bool | None = None,
    device: torch.device | str | None = None,
) -> M:
    """Trains a module in place as the set's recipe says, and returns it, in evaluation mode.

    Loss, optimiser, learning rates, batches, epochs and augmentation are those of the recipe. The module's weights are where the
    training starts, so give a fresh one.

    Args:
        module: Takes `[b, C, H, W]` (or `[b, F]`) and returns a score for each class, `[b, classes]`.
        on: The set.
        seed: The seed of the order of samples and of the augmentation.
        own: Whether the training is the one that the set was made for (`recipe["unroll"]`) instead of the common protocol.
            Default: whether it has one that starts from fresh weights.
        device: The device to train on. Default: the device of the module's first parameter.

    Raises:
        UsageError: The set was not made for a training of its own, or for other weights than fresh ones.
    """
    recipe = on.recipe
    unroll = recipe.get("unroll")
    fresh = unroll is not None and unroll["start"]["name"] == "random"
    own = fresh if own is None else own
    if own and not fresh:
        raise UsageError(
            "own: the set was not made for a training of its own that starts from fresh weights",
            "train by the common protocol, with own=False",
        )
    where = _device(module, device)
    module.to(where).train()
    targets = torch.tensor(np.asarray(on._artefact.targets(own)), device=where)
    if own:
        _train_own(module, on, recipe["unroll"], targets, seed, where)
    else:
        _train_common(module, on, recipe["protocol"], targets, seed, where)
    return module.eval()


def _train_common(
    module: Module, on: DistilledSet, protocol: dict[str, Any], targets: torch.Tensor, seed: int, where: torch.device
) -> None:
    lr = on._artefact.common_lr
    optimizer = _optimizer(module, protocol["optimizer"], lr)
    order = torch.Generator().manual_seed(seed)
    factors = {drop["after_epochs"]: drop["factor"] for drop in protocol["lr_drops"]}
    step = 0
    for epoch in range(1, protocol["epochs"] + 1):
        shifted = on._artefact.shifted(seed, epoch)
        values = on.images if shifted is None else np.asarray(shifted)
        shuffled = torch.randperm(len(on), generator=order)
        for start in range(0, len(on), protocol["batch_size"]):
            batch = shuffled[start : start + protocol["batch_size"]]
            x = _augmented(on, values[batch.numpy()], False, seed, step)
            _step(module, optimizer, x.to(where), targets[batch.to(where)], protocol["loss"])
            step += 1
        if epoch in factors:
            lr *= factors[epoch]
            # As published: a new optimiser, so the momentum is reset.
            optimizer = _optimizer(module, protocol["optimizer"], lr)


def _train_own(
    module: Module, on: DistilledSet, unroll: dict[str, Any], targets: torch.Tensor, seed: int, where: torch.device
) -> None:
    optimizer = _optimizer(module, unroll["optimizer"], unroll["lr"])
    loss = unroll.get("loss", "cross_entropy")
    for step, (batch, lr) in enumerate(on._artefact.own_steps()):
        for group in optimizer.param_groups:
            group["lr"] = lr
        x = _augmented(on, on.images[batch], True, seed, step)
        _step(module, optimizer, x.to(where), targets[batch], loss)


def accuracy(
    module: Module, data: Dataset, *, of: DistilledSet | None = None, split: str = "test", device: torch.device | str | None = None
) -> float:
    """The fraction of a split that a module classifies correctly.

    Args:
        module: As for `train`; it is put into evaluation mode.
        data: The dataset.
        of: The set that the module was trained on, in whose space the samples are given. Default: the dataset's own space.
        split: `"test"`, `"train"` or `"validation"`.
        device: The device. Default: the device of the module's first parameter.

    Raises:
        UsageError: There are no such samples.
    """
    where = _device(module, device)
    module.to(where).eval()
    _, labels = data.split(split)
    if not len(labels):
        raise UsageError(f"split: the dataset has no {split} samples", "give a dataset with such a split")
    values = torch.from_numpy(data.values(split, of).copy())
    expected = torch.from_numpy(labels.copy())
    right = 0
    with torch.no_grad():
        for start in range(0, len(labels), _TEST_BATCH):
            x, y = values[start : start + _TEST_BATCH], expected[start : start + _TEST_BATCH]
            right += int((module(x.to(where)).argmax(dim=1).cpu() == y).sum())
    return right / len(labels)


def judge(
    make: Callable[[], Module], *, own: bool | None = None, device: torch.device | str | None = None
) -> Judge:
    """A judge for `DistilledSet.evaluate` that trains a module by `train` and tests it.

    Args:
        make: Makes a fresh module; PyTorch's global random numbers are seeded before.
        own: As for `train`; baselines have no training of their own.
        device: The device to train on.
    """

    def judged(on: DistilledSet, data: Dataset, seed: int) -> float:
        torch.manual_seed(seed)
        training = own if "unroll" in on.recipe else None
        module = train(make(), on, seed=seed, own=training, device=device)
        return accuracy(module, data, of=on, device=device)

    judged.__name__ = getattr(make, "__name__", "module").strip("<>")
    return judged


def _device(module: Module, device: torch.device | str | None) -> torch.device:
    if device is not None:
        return torch.device(device)
    first = next(module.parameters(), None)
    return torch.device("cpu") if first is None else first.device


def _optimizer(module: Module, choice: dict[str, Any], lr: float) -> Optimizer:
    if choice["name"] == "adam":
        return Adam(module.parameters(), lr=lr, weight_decay=choice["weight_decay"])
    return SGD(
        module.parameters(), lr=lr, momentum=choice["momentum"], weight_decay=choice["weight_decay"]
    )


def _augmented(on: DistilledSet, batch: Any, own: bool, seed: int, step: int) -> torch.Tensor:
    """A batch of samples, augmented by the library, which is the same for every framework."""
    changed = on._artefact.augmented(np.ascontiguousarray(batch), own, seed, step)
    return torch.tensor(np.asarray(changed))


def _step(module: Module, optimizer: Optimizer, x: torch.Tensor, targets: torch.Tensor, loss: str) -> None:
    scores = module(x)
    if loss == "squared_error":
        value = 0.5 * ((scores - targets) ** 2).sum(dim=1).mean()
    else:
        value = -(targets * log_softmax(scores, dim=1)).sum(dim=1).mean()
    optimizer.zero_grad()
    value.backward()  # type: ignore[no-untyped-call, unused-ignore]
    optimizer.step()

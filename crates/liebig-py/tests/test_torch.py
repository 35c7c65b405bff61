"""PyTorch: tensors, loaders with workers, the reference trainer."""

from __future__ import annotations

import numpy as np
import pytest

import liebig

torch = pytest.importorskip("torch")

from convnet import ConvNet  # noqa: E402
from torch.utils.data import DataLoader  # noqa: E402

import liebig.torch  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def _threads() -> None:
    torch.set_num_threads(2)


def test_tensors_have_the_recipe(made: liebig.DistilledSet, soft: liebig.DistilledSet) -> None:
    tensors = made.to_torch()
    assert isinstance(tensors, torch.utils.data.TensorDataset) and tensors.recipe == made.recipe
    image, label = tensors[3]
    assert image.dtype == torch.float32 and tuple(image.shape) == (1, 28, 28) and label.dtype == torch.int64
    assert soft.to_torch()[0][1].shape == (10,)


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("whole", [True, False])
def test_loaders_with_workers(made: liebig.DistilledSet, method: str, whole: bool) -> None:
    dataset = made.to_torch() if whole else made
    loader = DataLoader(dataset, batch_size=4, num_workers=2, multiprocessing_context=method)
    batches = list(loader)
    images = torch.cat([images for images, _ in batches])
    np.testing.assert_array_equal(images.numpy(), made.images)
    assert torch.cat([labels for _, labels in batches]).tolist() == made.classes.tolist()


def _distil_in_child(queue: object) -> None:
    made = liebig.select("strokes", "random", progress=False)
    report = made.evaluate(models="mlp", repeats=1, epochs=2, baselines=(), progress=False)
    queue.put(report.accuracy)  # type: ignore[attr-defined]


def test_a_forked_process_works_like_its_parent(strokes: liebig.Dataset) -> None:
    import multiprocessing

    context = multiprocessing.get_context("fork")
    parents = context.SimpleQueue()
    _distil_in_child(parents)
    childs = context.SimpleQueue()
    child = context.Process(target=_distil_in_child, args=(childs,))
    child.start()
    child.join(60)
    assert child.exitcode == 0 and childs.get() == parents.get()


def test_any_torch_dataset_is_data(strokes: liebig.Dataset) -> None:
    x, y = (part[:300] for part in strokes.train)

    class Images(torch.utils.data.Dataset):  # type: ignore[misc]
        classes = [f"digit {label}" for label in range(10)]

        def __len__(self) -> int:
            return len(x)

        def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
            return torch.tensor(x[index]) / 255, int(y[index])

    data = liebig.Dataset.from_torch(Images())
    assert data.class_names[0] == "digit 0" and data.name == "images"
    np.testing.assert_array_equal(data.train[0], x)
    as_tensors = torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y))
    assert len(liebig.distill(as_tensors, "random", progress=False)) == 10
    pillow = pytest.importorskip("PIL.Image")
    colour = [(pillow.fromarray(np.full((4, 5, 3), 40 * label, np.uint8)), label) for label in (0, 1, 0, 1)]
    assert liebig.Dataset.from_torch(colour).shape == (3, 4, 5)
    with pytest.raises(liebig.UsageError, match=r"train: item 1 is \(3, 4, 4\)"):
        liebig.Dataset.from_torch([colour[0], (pillow.new("RGB", (4, 4)), 1)])
    with pytest.raises(liebig.UsageError, match="train: item 0 is a int"):
        liebig.Dataset.from_torch([3])


def test_training_is_the_recipe(made: liebig.DistilledSet) -> None:
    """The steps of plain PyTorch, for a recipe without augmentation, in which every step takes the whole set."""
    plain = liebig.DistilledSet.from_arrays(
        made.images, made.labels, made.data, recipe="dc", evaluation={"epochs": 6, "lr": 0.05, "augmentation": "none"}
    )
    assert plain.recipe["protocol"]["epochs"] == 7 and plain.recipe["protocol"]["lr_drops"][0]["after_epochs"] == 5
    torch.manual_seed(0)
    ours, theirs = ConvNet(width=8, depth=1), ConvNet(width=8, depth=1)
    theirs.load_state_dict(ours.state_dict())
    liebig.torch.train(ours, plain, seed=3)
    x, y = torch.tensor(plain.images), torch.tensor(plain.labels)
    for epochs, lr in ((5, 0.05), (2, 0.005)):
        optimizer = torch.optim.SGD(theirs.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4)
        for _ in range(epochs):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(theirs(x), y).backward()
            optimizer.step()
    for mine, plainly in zip(ours.parameters(), theirs.parameters()):
        torch.testing.assert_close(mine, plainly, rtol=1e-4, atol=1e-5)
    assert not ours.training


def test_training_of_ones_own(soft: liebig.DistilledSet, made: liebig.DistilledSet) -> None:
    steps = soft._artefact.own_steps()
    assert len(steps) == soft.recipe["unroll"]["steps"] and steps[0][0] == [0, 1, 2, 3, 4]
    assert steps[0][1] == pytest.approx(float(soft.step_sizes[0]))
    torch.manual_seed(0)
    module = ConvNet(width=4, depth=1)
    before = [parameter.clone() for parameter in module.parameters()]
    liebig.torch.train(module, soft)
    assert any(not torch.equal(a, b) for a, b in zip(before, module.parameters()))
    with pytest.raises(liebig.UsageError, match="own: the set was not made for a training of its own"):
        liebig.torch.train(module, made, own=True)


def test_accuracy_is_that_of_the_test_set(strokes: liebig.Dataset, made: liebig.DistilledSet) -> None:
    class Always(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.one_hot(torch.full((len(x),), 4), 10).float()

    share = float((strokes.test[1] == 4).mean())
    assert liebig.torch.accuracy(Always(), strokes, of=made) == share
    with pytest.raises(liebig.UsageError, match="split: the dataset has no validation samples"):
        liebig.torch.accuracy(Always(), strokes, split="validation")


def test_a_module_agrees_with_the_same_network_of_ours(mnist: liebig.Dataset) -> None:
    """On MNIST with one image per class, the means of both differ by no more than their spread allows."""
    evaluation = {"epochs": 60, "repeats": 0}
    made = liebig.distill(mnist, "dm", iterations=30, model="convnet:width=32", evaluation=evaluation, progress=False)
    repeats = 5
    ours = made.evaluate(repeats=repeats, baselines="random", progress=False)
    module = liebig.torch.judge(lambda: ConvNet(width=32))
    theirs = made.evaluate(judge=module, repeats=repeats, baselines="random", seed=100, progress=False)
    rows = {row["source"]: row for row in ours.rows}
    for row in theirs.rows:
        mine = rows[row["source"]]
        # Three standard errors of the difference of the means; random sets differ between the seeds as well.
        spread = 3 * float(np.sqrt((mine["std"] ** 2 + row["std"] ** 2) / (repeats - 1)))
        print(f"{row['source']}: ours {mine['mean']:.4f} ± {mine['std']:.4f}, torch {row['mean']:.4f} ± {row['std']:.4f}")
        assert abs(mine["mean"] - row["mean"]) <= spread, row["source"]

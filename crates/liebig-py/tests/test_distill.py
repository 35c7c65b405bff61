"""Distillation: the same bytes as the command line, callbacks, resuming."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TINY

import liebig


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).with_name("liebig")
    return subprocess.run([str(script), *arguments], capture_output=True, text=True, check=False)


def test_the_same_settings_give_the_same_bytes_as_the_command_line(tmp_path: Path) -> None:
    done = command(
        *("distill", "--method", "dm", "--ipc", "2", "--seed", "5", "--iterations", "3", "--output", str(tmp_path / "run")),
        *("--set", "method.batch_real=4", "--set", "model.width=4", "--set", "model.depth=1"),
        *("--set", "evaluation.repeats=1", "--set", "evaluation.epochs=2", "--threads", "1"),
    )
    assert done.returncode == 0, done.stderr
    theirs = (tmp_path / "run" / "distilled.safetensors").read_bytes()
    evaluation = {"repeats": 1, "epochs": 2}
    ours = liebig.distill("strokes", "dm", ipc=2, seed=5, evaluation=evaluation, threads=2, **TINY)
    assert ours.to_bytes() == theirs
    loaded = liebig.load_dataset("strokes")
    assert liebig.distill(loaded, "dm", ipc=2, seed=5, evaluation=evaluation, **TINY).to_bytes() == theirs
    in_folder = liebig.distill(loaded, "dm", ipc=2, seed=5, evaluation=evaluation, output=tmp_path / "own", **TINY)
    assert (tmp_path / "own" / "distilled.safetensors").read_bytes() == theirs
    assert in_folder.report is not None and {row["source"] for row in in_folder.report.rows} == {"distilled", "random"}
    assert liebig.distill(loaded, "dm", ipc=2, seed=6, evaluation=evaluation, **TINY).to_bytes() != theirs


def test_arrays_give_the_set_of_their_dataset(strokes: liebig.Dataset) -> None:
    (x, y), (x_test, y_test) = strokes.train, strokes.test
    arrays = liebig.Dataset.from_arrays(x, y, x_test, y_test, class_names=strokes.class_names, name="strokes")
    assert arrays.hash == strokes.hash
    direct = liebig.distill(strokes, "dm", **TINY)
    np.testing.assert_array_equal(liebig.distill(arrays, "dm", **TINY).images, direct.images)
    as_floats = liebig.Dataset.from_arrays(x.transpose(0, 2, 3, 1) / 255, y, layout="NHWC", name="strokes")
    np.testing.assert_array_equal(as_floats.train[0], x)
    np.testing.assert_array_equal(liebig.distill((x, y), "random", progress=False).labels, np.arange(10))


def test_tables_are_distilled() -> None:
    numbers = np.random.default_rng(0)
    x = numbers.normal(size=(60, 3)).astype(np.float64)
    y = (x[:, 0] > 0).astype(np.int32)
    made = liebig.distill((x, y, x, y), "dm", batch_real=8, iterations=3, progress=False)
    assert made.images.shape == (2, 3) and made.recipe["model"]["name"] == "mlp"
    assert made.raw_images().shape == (2, 3)
    assert made._repr_png_() is None


def test_a_callback_sees_every_iteration_and_can_stop(strokes: liebig.Dataset) -> None:
    seen: list[tuple[int, int, float]] = []
    sets: list[np.ndarray[Any, Any]] = []

    def look(step: liebig.Step) -> None:
        seen.append((step.iteration, step.iterations, step.loss))
        sets.append(step.set.images)
        if step.iteration == 2:
            step.stop()

    stopped = liebig.distill(strokes, "dm", callback=look, **{**TINY, "iterations": 5})
    assert [(done, total) for done, total, _ in seen] == [(1, 5), (2, 5)]
    assert all(np.isfinite(loss) for _, _, loss in seen)
    np.testing.assert_array_equal(stopped.images, sets[-1])
    assert not np.array_equal(sets[0], sets[1])
    assert stopped.provenance["iterations"] == 2
    whole = liebig.distill(strokes, "dm", **{**TINY, "iterations": 2})
    np.testing.assert_array_equal(whole.images, stopped.images)


def test_what_a_callback_raises_ends_the_run_and_keeps_the_checkpoint(strokes: liebig.Dataset, tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def fail(step: liebig.Step) -> None:
        if step.iteration == 2:
            raise Enough

    settings: dict[str, Any] = {**TINY, "evaluation": {"repeats": 0}, "output": tmp_path / "run"}
    with pytest.raises(Enough):
        liebig.distill(strokes, "dm", callback=fail, **settings)
    assert not (tmp_path / "run" / "distilled.safetensors").exists()
    with pytest.raises(liebig.UsageError, match="resume"):
        liebig.distill(strokes, "dm", **settings)
    iterations: list[int] = []
    resumed = liebig.distill(
        strokes, "dm", resume=True, callback=lambda step: iterations.append(step.iteration), **settings
    )
    assert iterations == [3]
    straight = liebig.distill(strokes, "dm", **{**TINY, "evaluation": {"repeats": 0}})
    assert resumed.to_bytes() == straight.to_bytes()


def test_selections_are_sets_of_real_samples(strokes: liebig.Dataset) -> None:
    chosen = liebig.select(strokes, "random", ipc=2, progress=False)
    assert len(chosen) == 20 and list(chosen.classes) == sorted(list(range(10)) * 2)
    real = {image.tobytes() for image in strokes.train[0]}
    back = np.rint(chosen.raw_images() * 255).astype(np.uint8)
    assert all(image.tobytes() in real for image in back)
    with pytest.raises(liebig.UsageError, match="method: dm learns its samples") as raised:
        liebig.select(strokes, "dm")
    assert raised.value.hint is not None and "herding" in raised.value.hint


def test_budgets_and_models_in_every_form(strokes: liebig.Dataset) -> None:
    named = liebig.distill(strokes, "dm", **TINY).to_bytes()
    mapped = liebig.distill(strokes, "dm", **{**TINY, "model": {"name": "convnet", "width": 4, "depth": 1}})
    assert mapped.to_bytes() == named
    budget = liebig.distill(strokes, "dm", budget={"3": 2}, **TINY)
    assert len(budget) == 11 and list(budget.classes).count(3) == 2
    of_numpy = liebig.distill(strokes, "dm", **{**TINY, "iterations": np.int64(3), "lr_img": np.float32(1.0)})
    assert of_numpy.to_bytes() == named


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ({"method": "dn"}, "unknown method `dn`", "dm"),
        ({"lr_imgg": 1.0}, "unknown key `method.lr_imgg`|lr_imgg", "lr_img"),
        ({"lr_img": -1.0}, "lr_img is -1.0, expected a positive number", "change `lr_img`"),
        ({"ipc": 0}, "ipc is 0, expected 1 or more", "`ipc`"),
        ({"model": "convnett"}, "convnett", None),
        ({"model": {"name": "convnet", "widht": 3}}, "widht", "width"),
        ({"lr_img": object()}, "lr_img: .* is no value of a setting", None),
        ({"budget": {"x": 1}}, "there is no class `x`", None),
        ({"evaluation": {"repeats": -1}}, "evaluation\\[\"repeats\"\\]|repeats", None),
        ({"threads": 1, "resume": True}, "resume: there is no run", "output"),
    ],
)
def test_wrong_settings_are_named(arguments: dict[str, Any], message: str, hint: str | None) -> None:
    with pytest.raises(liebig.UsageError, match=message) as raised:
        liebig.distill("strokes", **{"method": "dm", "progress": False, **arguments})
    assert isinstance(raised.value, ValueError) and isinstance(raised.value, liebig.Error)
    assert raised.value.hint and (hint is None or hint in raised.value.hint), raised.value.hint
    assert "--set" not in str(raised.value) and "method." not in raised.value.hint

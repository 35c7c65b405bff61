"""Distilled sets: arrays, files, reports, what they refuse."""

from __future__ import annotations

import gc
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

import liebig


def test_images_are_a_view_that_outlives_the_set(strokes: liebig.Dataset) -> None:
    made = liebig.select(strokes, "random", progress=False)
    images = made.images
    assert images.shape == (10, 1, 28, 28) and images.dtype == np.float32
    assert np.shares_memory(images, made.images) and not images.flags.writeable
    with pytest.raises(ValueError):
        images[0] = 0
    copy = images.copy()
    del made
    gc.collect()
    np.testing.assert_array_equal(images, copy)


def test_raw_images_undo_the_normalisation(made: liebig.DistilledSet) -> None:
    raw, about = made.raw_images(), made.normalization
    np.testing.assert_allclose(raw, made.images * about["std"][0] + about["mean"][0], atol=1e-6)
    raw[0] = 0  # one's own copy
    assert made.raw_images()[0].any()


def test_labels_of_every_kind(made: liebig.DistilledSet, soft: liebig.DistilledSet) -> None:
    assert made.label_kind == "hard" and made.labels.dtype == np.int64 and made.labels.tolist() == list(range(10))
    assert soft.label_kind != "hard" and soft.labels.shape == (5, 10) and soft.labels.dtype == np.float32
    assert soft.classes.tolist() == soft.labels.argmax(axis=1).tolist()
    assert soft.step_sizes.size > 0 and made.step_sizes.size == 0


def test_a_set_is_a_sequence(made: liebig.DistilledSet, soft: liebig.DistilledSet) -> None:
    image, label = made[3]
    assert image.shape == (1, 28, 28) and label == 3 and isinstance(label, int)
    image[:] = 0
    assert made.images[3].any()
    assert len(list(made)) == 10 and made[-1][1] == 9
    with pytest.raises(IndexError):
        made[10]
    assert soft[0][1].shape == (10,)


def test_files_and_pickles_keep_every_byte(made: liebig.DistilledSet, tmp_path: Path) -> None:
    made.save(tmp_path / "set.safetensors")
    loaded = liebig.load(tmp_path / "set.safetensors")
    assert loaded.to_bytes() == made.to_bytes() == pickle.loads(pickle.dumps(made)).to_bytes()
    assert loaded.recipe == made.recipe and loaded.provenance["method"] == "dm"
    made.to_png(tmp_path / "set.png")
    assert (tmp_path / "set.png").read_bytes().startswith(b"\x89PNG") and made._repr_png_()
    with pytest.raises(liebig.DataError, match="nothing.safetensors"):
        liebig.load(tmp_path / "nothing.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"bad")
    with pytest.raises(liebig.DataError, match="bad.safetensors: not a safetensors file"):
        liebig.load(tmp_path / "bad.safetensors")


def test_a_whitening_in_a_file_of_its_own_is_pickled_too(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0)
    x = numbers.integers(0, 256, (40, 3, 16, 16), np.uint8)
    np.savez(tmp_path / "colours.npz", x_train=x, y_train=np.arange(40) % 2)
    made = liebig.select(str(tmp_path / "colours.npz"), "random", progress=False)
    whitened = liebig.select(liebig.load_dataset(tmp_path / "colours.npz", zca="kornia"), "random", progress=False)
    assert made.whitening is None and whitened.whitening == "kornia"
    again = pickle.loads(pickle.dumps(whitened))
    np.testing.assert_array_equal(again.raw_images(), whitened.raw_images())
    np.testing.assert_allclose(whitened.raw_images() * 255, np.rint(whitened.raw_images() * 255), atol=0.1)


def test_a_report_is_a_dict_a_table_and_a_frame(made: liebig.DistilledSet, tmp_path: Path) -> None:
    report = made.evaluate(
        models=["mlp", "convnet:width=4:depth=1"], repeats=2, epochs=3, baselines="random", metrics="per_class", progress=False
    )
    assert made.report is report and report["method"] == "dm" and len(report["results"]) == 2
    rows = report.rows
    assert [(row["model"], row["source"]) for row in rows[:2]] == [("mlp", "distilled"), ("mlp", "random")]
    assert rows[0]["n"] == 2 and len(rows[0]["per_class"]) == 10
    assert report.accuracy == pytest.approx(np.mean(rows[0]["accuracies"])) and report.mean("random") == rows[1]["mean"]
    assert "distilled" in str(report) and "<th>accuracy</th>" in report._repr_html_()
    report.save(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text()) == dict(report)
    pandas = pytest.importorskip("pandas")
    frame = report.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and frame["mean"].tolist() == [row["mean"] for row in rows]
    again = made.evaluate(models="mlp", repeats=2, epochs=3, threads=1, progress=False)
    assert again.accuracy == report.accuracy


def test_a_judge_of_ones_own(made: liebig.DistilledSet, strokes: liebig.Dataset) -> None:
    seen: list[tuple[int, int, tuple[int, ...]]] = []

    def nearest(on: liebig.DistilledSet, data: liebig.Dataset, seed: int) -> float:
        """The class of the nearest sample."""
        seen.append((seed, len(on), on.images.shape))
        x, y = data.values("test", on).reshape(-1, 784)[:200], data.test[1][:200]
        distances = ((x[:, None] - on.images.reshape(1, -1, 784)) ** 2).sum(axis=2)
        return float((on.classes[distances.argmin(axis=1)] == y).mean())

    report = made.evaluate(judge=nearest, repeats=2, seed=7, baselines=["random"], progress=False)
    assert [row["source"] for row in report.rows] == ["distilled", "random"]
    assert report["results"][0]["model"] == "nearest" and report.rows[0]["std"] == 0 and report.accuracy > 0.2
    assert [seed for seed, _, _ in seen] == [7, 8, 7, 8]
    with pytest.raises(ZeroDivisionError):
        made.evaluate(judge=lambda on, data, seed: 1 / 0, progress=False)
    with pytest.raises(liebig.UsageError, match="judge: it returned None"):
        made.evaluate(judge=lambda on, data, seed: None, progress=False)  # type: ignore[arg-type, return-value]
    with pytest.raises(liebig.UsageError, match="accuracy is 90"):
        made.evaluate(judge=lambda on, data, seed: 90.0, progress=False)
    with pytest.raises(liebig.UsageError, match="random@tuned"):
        made.evaluate(judge=nearest, baselines="random@tuned", progress=False)


def test_wrong_evaluations_are_named(made: liebig.DistilledSet) -> None:
    for arguments, message in [
        ({"models": "convnett"}, "convnett"),
        ({"baselines": "randomm"}, "randomm"),
        ({"protocols": "dcc"}, "protocols: there is no protocol `dcc`"),
        ({"pools": "X"}, "pools: there is no pool `X`"),
        ({"metrics": "speed"}, "metrics: there is no metric `speed`"),
        ({"repeats": 0}, "repeats: 0"),
    ]:
        with pytest.raises(liebig.UsageError, match=message):
            made.evaluate(progress=False, **arguments)  # type: ignore[arg-type]
    other = liebig.Dataset.from_arrays(np.zeros((4, 3, 8, 8), np.uint8), [0, 1, 0, 1])
    with pytest.raises(liebig.DataError, match="the distilled set has samples of 1x28x28"):
        made.evaluate(other, progress=False)
    without_test = liebig.Dataset.from_arrays(*liebig.load_dataset("strokes").train)
    with pytest.raises(liebig.DataError, match="no test samples"):
        made.evaluate(without_test, progress=False)


def test_a_set_of_ones_own_is_evaluated(strokes: liebig.Dataset, made: liebig.DistilledSet) -> None:
    own = liebig.DistilledSet.from_arrays(made.images, made.labels, strokes, recipe="dm", method="mine")
    assert own.provenance["method"] == "mine" and own.provenance["version"].endswith("imported")
    np.testing.assert_array_equal(own.images, made.images)
    raw = liebig.DistilledSet.from_arrays(made.raw_images(), made.labels, strokes, recipe="dm", raw=True)
    np.testing.assert_allclose(raw.images, made.images, atol=1e-5)
    weights = np.eye(10, dtype=np.float32)
    softly = liebig.DistilledSet.from_arrays(made.images, weights, strokes, recipe="dm")
    assert softly.label_kind == "values" and own.evaluate(repeats=1, epochs=2, progress=False).accuracy > 0
    for images, labels, message in [
        (made.images[:, :, 1:], made.labels, "images: samples of"),
        (made.images, made.labels[1:], "labels: shape"),
        (made.images, made.labels + 1, "labels: 1 to 10"),
        (made.images, weights[:, 1:], "labels: float32 of shape"),
        (made.images * np.nan, made.labels, "images: values that are not finite"),
        (made.images, made.labels.astype(float), "labels: values of type"),
    ]:
        with pytest.raises(liebig.UsageError, match=message):
            liebig.DistilledSet.from_arrays(images, labels, strokes, recipe="dm")
    with pytest.raises(liebig.UsageError, match="unknown method `dmm`"):
        liebig.DistilledSet.from_arrays(made.images, made.labels, strokes, recipe="dmm")

"""Exports, read back by the programs that they are for."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

import liebig


def levels(made: liebig.DistilledSet) -> np.ndarray:  # type: ignore[type-arg]
    return np.clip(made.raw_images() * 255, 0, 255)


def assert_pixels(images: np.ndarray, made: liebig.DistilledSet) -> None:  # type: ignore[type-arg]
    """To half a grey level."""
    assert np.abs(images.astype(float) - levels(made)).max() <= 0.5 + 1e-3


def test_npz(made: liebig.DistilledSet, soft: liebig.DistilledSet, tmp_path: Path) -> None:
    exported = made.export("npz", tmp_path / "npz")
    assert exported["files"] == ["distilled.npz"] and exported["samples"] == 10 and exported["lost"]
    with np.load(tmp_path / "npz" / "distilled.npz") as arrays:
        assert arrays["train_images"].shape == (10, 28, 28) and arrays["train_images"].dtype == np.uint8
        assert_pixels(arrays["train_images"][:, None], made)
        assert arrays["train_labels"].tolist() == [[label] for label in range(10)]
    lost = soft.export("npz", tmp_path / "soft")["lost"]
    assert any("step size" in loss for loss in lost) and not any("soft labels" in loss for loss in lost)
    with np.load(tmp_path / "soft" / "distilled.npz") as arrays:
        np.testing.assert_array_equal(arrays["train_soft"].argmax(axis=1), soft.classes)


def test_tables_go_to_npz_alone(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    table = liebig.select((x, np.arange(20) % 2), "random", progress=False)
    table.export("npz", tmp_path / "table")
    with np.load(tmp_path / "table" / "distilled.npz") as arrays:
        np.testing.assert_allclose(arrays["x_train"], table.raw_images(), rtol=1e-6)
        assert arrays["y_train"].tolist() == [0, 1]
    with pytest.raises(liebig.UsageError, match="hf cannot hold samples of 3 features"):
        table.export("hf", tmp_path / "hf")
    assert not (tmp_path / "hf").exists()


def test_image_folder(made: liebig.DistilledSet, soft: liebig.DistilledSet, tmp_path: Path) -> None:
    exported = made.export("image-folder", tmp_path / "folder")
    assert exported["files"][3] == "train/3/0000.png"
    pillow = pytest.importorskip("PIL.Image")
    images = [np.asarray(pillow.open(tmp_path / "folder" / file)) for file in exported["files"]]
    assert_pixels(np.stack(images)[:, None], made)
    assert any("soft labels" in loss for loss in soft.export("image-folder", tmp_path / "soft")["lost"])


def test_webdataset(soft: liebig.DistilledSet, tmp_path: Path) -> None:
    soft.export("webdataset", tmp_path / "wds")
    with tarfile.open(tmp_path / "wds" / "train-000000.tar") as archive:
        names = archive.getnames()
        assert names[:3] == ["000000.cls", "000000.json", "000000.png"] and len(names) == 15
        about = json.load(archive.extractfile("000002.json"))  # type: ignore[arg-type]
        assert archive.extractfile("000002.cls").read() == str(soft.classes[2]).encode()  # type: ignore[union-attr]
    assert about["class"] == soft.class_names[about["label"]] and len(about["soft_label"]) == 10


def test_hugging_face(made: liebig.DistilledSet, soft: liebig.DistilledSet, tmp_path: Path) -> None:
    made.evaluate(models="mlp", repeats=2, epochs=2, seed=3, progress=False)
    exported = made.export("hf", tmp_path / "hf", license="cc-by-4.0")
    assert set(exported["files"]) == {"README.md", "data/train-00000-of-00001.parquet", "distilled.safetensors"}
    assert liebig.load(tmp_path / "hf" / "distilled.safetensors").to_bytes() == made.to_bytes()
    yaml = pytest.importorskip("yaml")
    _, front, body = (tmp_path / "hf" / "README.md").read_text().split("---\n", 2)
    card = yaml.safe_load(front)
    about = card["distillation"]
    assert card["license"] == "cc-by-4.0" and about["method"] == "dm" and about["seed"] == 0
    assert about["results"][0] | {"mean": 0, "std": 0} == {
        "source": "distilled", "model": "mlp", "protocol": "own", "mean": 0, "std": 0, "n": 2, "seed": 3}
    assert about["privacy"].startswith("No guarantee") and about["protocol"] == made.recipe
    assert "| distilled | mlp |" in body and "## Limits" in body and all(loss in body for loss in exported["lost"])
    datasets = pytest.importorskip("datasets")
    loaded = datasets.load_dataset(str(tmp_path / "hf"), cache_dir=str(tmp_path / "cache"))["train"]
    assert loaded.features["label"].names == made.class_names and loaded["label"] == made.labels.tolist()
    first = loaded[0]["image"]
    assert first.size == (28, 28) and type(first).__module__.startswith("PIL.")
    assert_pixels(np.stack([np.asarray(row["image"]) for row in loaded])[:, None], made)
    soft.export("hf", tmp_path / "soft")
    softly = datasets.load_dataset(str(tmp_path / "soft"), cache_dir=str(tmp_path / "cache"))["train"]
    weights = np.asarray(softly["soft_label"], dtype=np.float32)
    assert weights.shape == (5, 10) and weights.argmax(axis=1).tolist() == soft.classes.tolist()


def test_what_is_there_is_kept(made: liebig.DistilledSet, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("mine")
    with pytest.raises(liebig.UsageError, match="taken is there and not empty"):
        made.export("npz", tmp_path / "taken")
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["file"]
    (tmp_path / "empty").mkdir()
    made.export("npz", tmp_path / "empty")
    with pytest.raises(liebig.UsageError, match="unknown format `zarr`") as raised:
        made.export("zarr", tmp_path / "zarr")
    assert raised.value.hint == "the formats are: hf, npz, image-folder, webdataset"
    assert set(liebig.formats()) == {"hf", "npz", "image-folder", "webdataset"}


def test_the_command_exports_the_same_files(made: liebig.DistilledSet, tmp_path: Path) -> None:
    made.save(tmp_path / "set.safetensors")
    made.report = None
    program = str(Path(sys.executable).with_name("liebig"))
    done = subprocess.run(
        [program, "export", str(tmp_path / "set.safetensors"), "--to", "hf", str(tmp_path / "theirs"), "--json"],
        capture_output=True, text=True)
    assert done.returncode == 0 and "rounded to bytes" in done.stderr, done.stderr
    made.export("hf", tmp_path / "ours")
    for name in json.loads(done.stdout)["files"]:
        assert (tmp_path / "ours" / name).read_bytes() == (tmp_path / "theirs" / name).read_bytes()

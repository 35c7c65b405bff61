"""Sets of reference implementations, in the files that these write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import liebig

torch = pytest.importorskip("torch")


@pytest.fixture
def condensed(tmp_path: Path, made: liebig.DistilledSet) -> Path:
    """As DatasetCondensation's main.py writes it: all experiments of a run, and accuracies in NumPy's numbers."""
    images, labels = torch.tensor(made.images), torch.tensor(made.labels)
    path = tmp_path / "res_DM_strokes_ConvNet_1ipc.pt"
    content = {
        "data": [[images, labels], [images.clone() + 1, labels.clone()]],
        "accs_all_exps": {"ConvNet": [np.float64(0.5), np.float64(0.25)]},
    }
    torch.save(content, path)
    return path


def test_condensation(condensed: Path, made: liebig.DistilledSet) -> None:
    read = liebig.import_pt(condensed)
    np.testing.assert_array_equal(read.images, made.images)
    assert read.labels.tolist() == made.labels.tolist() and read.label_kind == "hard"
    about = read.provenance
    assert about["method"] == "dm" and about["dataset"]["name"] == "strokes" and about["ipc"] == 1
    assert read.recipe["model"]["name"] == "convnet"
    assert read.recipe["protocol"] == liebig.select("strokes", "random").recipe["protocol"] | {
        "augmentation": read.recipe["protocol"]["augmentation"], "epochs": read.recipe["protocol"]["epochs"],
        "lr_drops": read.recipe["protocol"]["lr_drops"]}
    second = liebig.import_pt(condensed, experiment=1)
    np.testing.assert_array_equal(second.images, made.images + 1)
    with pytest.raises(liebig.UsageError, match="experiment: 2"):
        liebig.import_pt(condensed, experiment=2)
    assert read.evaluate(repeats=1, epochs=2, progress=False)["dataset"] == "strokes"


def test_trajectories_with_learnt_step_size_and_soft_labels(tmp_path: Path, made: liebig.DistilledSet) -> None:
    images = torch.tensor(made.images)
    logits = torch.randn(10, 10)
    torch.save(images, tmp_path / "images_best.pt")
    with pytest.raises(liebig.UsageError, match="labels: .*labels_best.pt is not there"):
        liebig.import_pt(tmp_path / "images_best.pt", "strokes")
    torch.save(logits, tmp_path / "labels_best.pt")
    with pytest.raises(liebig.UsageError, match="lr: no file says the step size"):
        liebig.import_pt(tmp_path / "images_best.pt", "strokes")
    asked = liebig.import_pt(tmp_path / "images_best.pt", "strokes", lr=0.03)
    assert asked.step_sizes.tolist() == pytest.approx([0.03]) and asked._artefact.common_lr == pytest.approx(0.03)
    torch.save(torch.tensor(0.02), tmp_path / "lr_best.pt")
    read = liebig.import_pt(tmp_path / "images_best.pt", "strokes")
    assert read.label_kind == "logits" and read.step_sizes.tolist() == pytest.approx([0.02])
    np.testing.assert_array_equal(read.labels, logits.numpy())
    assert read.provenance["method"] == "mtt"
    with pytest.raises(liebig.UsageError, match="data: the file's name does not say the dataset"):
        liebig.import_pt(tmp_path / "images_best.pt")
    torch.save(torch.arange(10), tmp_path / "labels_best.pt")
    assert liebig.import_pt(tmp_path / "images_best.pt", "strokes").label_kind == "hard"


def test_files_that_are_no_sets_are_refused(tmp_path: Path, condensed: Path) -> None:
    class Program:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (exec, ("raise SystemExit('ran')",))

    torch.save({"data": Program()}, tmp_path / "res_DM_strokes_ConvNet_9ipc.pt")
    with pytest.raises(liebig.DataError, match="not a file of tensors"):
        liebig.import_pt(tmp_path / "res_DM_strokes_ConvNet_9ipc.pt")
    (tmp_path / "bad.pt").write_bytes(condensed.read_bytes()[:200])
    with pytest.raises(liebig.DataError, match="bad.pt"):
        liebig.import_pt(tmp_path / "bad.pt")
    with pytest.raises(liebig.DataError, match="none.pt"):
        liebig.import_pt(tmp_path / "none.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(liebig.DataError, match="list.pt: a list, not a distilled set"):
        liebig.import_pt(tmp_path / "list.pt")
    renamed = tmp_path / "renamed.pt"
    renamed.write_bytes(condensed.read_bytes())
    with pytest.raises(liebig.UsageError, match="method: the file's name does not say it"):
        liebig.import_pt(renamed, "strokes")
    with pytest.raises(liebig.UsageError, match="images: samples of"):
        liebig.import_pt(renamed, liebig.load_dataset("strokes", image_size=14), method="dm")


def test_an_import_exports_the_same_pixels(condensed: Path, made: liebig.DistilledSet, tmp_path: Path) -> None:
    liebig.import_pt(condensed).export("npz", tmp_path / "npz")
    with np.load(tmp_path / "npz" / "distilled.npz") as arrays:
        levels = np.clip(made.raw_images()[:, 0] * 255, 0, 255)
        assert np.abs(arrays["train_images"] - levels).max() <= 0.5 + 1e-3
        assert arrays["train_labels"][:, 0].tolist() == made.labels.tolist()


def test_the_command_imports(condensed: Path, tmp_path: Path) -> None:
    program = str(Path(sys.executable).with_name("liebig"))
    output = tmp_path / "imported.safetensors"
    done = subprocess.run([program, "import", str(condensed), "-o", str(output)], capture_output=True, text=True)
    assert done.returncode == 0 and "recipe of dm on strokes" in done.stderr, done.stderr
    assert liebig.load(output).to_bytes() == liebig.import_pt(condensed).to_bytes()
    missing = subprocess.run([program, "import", str(tmp_path / "none.pt"), "--data", "strokes"], capture_output=True, text=True)
    assert missing.returncode == 1 and "none.pt" in missing.stderr and "hint: " in missing.stderr

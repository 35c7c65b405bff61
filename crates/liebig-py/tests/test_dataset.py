"""Datasets: what is read, and what is refused with the name of the argument."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import liebig

N = 12
X = np.arange(N * 2 * 4 * 5, dtype=np.int64).reshape(N, 2, 4, 5).astype(np.uint8)
Y = np.arange(N) % 3


def test_strokes_is_there(strokes: liebig.Dataset) -> None:
    assert strokes.name == "strokes" and strokes.shape == (1, 28, 28) and len(strokes) == 10_000
    x, y = strokes.train
    assert x.dtype == np.uint8 and x.shape == (10_000, 1, 28, 28) and y.dtype == np.int64
    values = strokes.values("test")
    mean, std = strokes.normalization
    expected = (strokes.test[0] / 255 - mean[0]) / std[0]
    np.testing.assert_allclose(values, expected, atol=1e-5)
    assert strokes.split("validation")[0].shape == (0, 1, 28, 28)
    assert "10000 + " in repr(strokes) and strokes.source


def test_layouts_and_types_of_the_same_images_are_the_same_dataset() -> None:
    plain = liebig.Dataset.from_arrays(X, Y, layout="NCHW")
    assert plain.shape == (2, 4, 5) and plain.class_names == ["0", "1", "2"]
    others: list[tuple[Any, str]] = [
        (np.ascontiguousarray(X.transpose(0, 2, 3, 1)), "NHWC"),
        (X.transpose(0, 2, 3, 1), "nhwc"),
        (X / 255, "NCHW"),
        ((X / 255).astype(np.float32), "NCHW"),
        (X.astype(np.int32), "NCHW"),
        (np.repeat(X, 2, axis=0)[::2], "NCHW"),
        (X[::-1].copy()[::-1], "NCHW"),
        (X.tolist(), "NCHW"),
    ]
    for images, layout in others:
        assert liebig.Dataset.from_arrays(images, Y, layout=layout).hash == plain.hash
    frozen = X.copy()
    frozen.flags.writeable = False
    assert liebig.Dataset.from_arrays(frozen, Y[:, None], layout="NCHW").hash == plain.hash
    big_endian = Y.astype(">i8")
    assert liebig.Dataset.from_arrays(X, big_endian, layout="NCHW").hash == plain.hash


def test_axes_of_channels_are_found_where_the_shape_tells() -> None:
    grey = np.zeros((6, 5, 5), np.uint8)
    assert liebig.Dataset.from_arrays(grey, [0, 1] * 3).shape == (1, 5, 5)
    assert liebig.Dataset.from_arrays(grey[:, None], [0, 1] * 3).shape == (1, 5, 5)
    assert liebig.Dataset.from_arrays(np.zeros((6, 5, 5, 3), np.uint8), [0, 1] * 3).shape == (3, 5, 5)


NAN = (X / 255).copy()
NAN[3, 1, 2, 4] = np.nan


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": NAN}, r"x: nan at \[3, 1, 2, 4\], expected finite numbers"),
        ({"x": np.where(np.isnan(NAN), np.inf, NAN)}, r"x: inf at"),
        ({"x": X / 100}, "x: floats from 0 to 2.* expected pixels in 0 to 1"),
        ({"x": X.astype(np.int64) + 200}, "x: int64 from 200 to .* expected pixels in 0 to 255"),
        ({"x": X > 3}, "x: bool"),
        ({"x": X.astype(complex)}, "x: values of type complex128"),
        ({"x": X.astype(str)}, "x: values of type <U"),
        ({"x": X[0, 0, 0]}, r"x: 1 axes, shape \(5,\)"),
        ({"x": X[:0]}, r"x: no values"),
        ({"x": X, "layout": None}, "x: of shape .* cannot be told"),
        ({"x": X, "layout": "CHWN"}, "layout: 'CHWN'"),
        ({"x": [[1, 2], [3]]}, "x: "),
        ({"y": Y[:-1]}, "y: 11 labels for 12 samples in x"),
        ({"y": Y.astype(float)}, "y: values of type float64, expected whole numbers"),
        ({"y": Y - 1}, "y: class -1, expected 0 or more"),
        ({"y": Y * 2}, "y: no samples of class 1, 3"),
        ({"y": Y * 0}, r"y: 1 class"),
        ({"y": np.eye(3)[Y]}, "y: 2 axes"),
        ({"class_names": ["a", "b"]}, "class_names: 2 names, but y has a class 2"),
        ({"class_names": ["a", "b", "c", "d"]}, "y: no samples of class 3"),
        ({"x_test": X}, "y_test: not given"),
        ({"y_test": Y}, "x_test: not given"),
        ({"x_test": X[:, :1], "y_test": Y}, "x_test: samples of 1x4x5, but those of x are of 2x4x5"),
        ({"x_test": X, "y_test": Y[:3]}, "y_test: 3 labels for 12 samples in x_test"),
        ({"x_test": X, "y_test": Y + 1}, "y_test: class 3, but y has the classes 0 to 2"),
    ],
)
def test_arrays_that_make_no_dataset_are_refused_by_name(arguments: dict[str, Any], message: str) -> None:
    given = {"x": X, "y": Y, "layout": "NCHW", **arguments}
    with pytest.raises(liebig.UsageError, match=message) as raised:
        liebig.Dataset.from_arrays(**given)
    assert raised.value.hint


def test_data_that_is_not_there_is_a_data_error() -> None:
    with pytest.raises(liebig.DataError, match="no dataset `nosuchset`"):
        liebig.load_dataset("nosuchset")
    with pytest.raises(liebig.UsageError, match="image_siz"):
        liebig.load_dataset("strokes", image_siz=3)
    with pytest.raises(liebig.UsageError, match="data: a int is no dataset"):
        liebig.distill(3)
    assert liebig.load_dataset("strokes", image_size=(14, 16)).shape == (1, 14, 16)
    assert liebig.load_dataset("strokes", image_size=14).shape == (1, 14, 14)


def test_a_preset_for_other_reading_is_said(tmp_path: Path) -> None:
    cifar = liebig.Dataset.from_arrays(
        np.zeros((20, 3, 32, 32), np.uint8), np.arange(20) % 10, name="cifar10"
    )
    # Its preset whitens, which arrays cannot be; the recipe of a set that was made elsewhere is found all the same.
    made = liebig.DistilledSet.from_arrays(
        np.zeros((10, 3, 32, 32), np.float32), np.arange(10), cifar, recipe="mtt", step_sizes=[0.02]
    )
    assert made.whitening is None and made.step_sizes.tolist() == pytest.approx([0.02])
    x, y = cifar.train
    np.savez(tmp_path / "cifar10.npz", x_train=x, y_train=y)
    read = liebig.load_dataset(tmp_path / "cifar10.npz")
    with pytest.raises(liebig.UsageError, match='data: mtt/cifar10_ipc1 asks for zca="kornia"') as raised:
        liebig.DistilledSet.from_arrays(made.images, made.labels, read, recipe="mtt", step_sizes=[0.02])
    assert raised.value.hint and "liebig.load_dataset" in raised.value.hint

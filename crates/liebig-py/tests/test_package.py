"""The package itself: its types, its speed, its leaks."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import liebig

HERE = Path(__file__).parent


def _mypy(*arguments: str) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("mypy")
    return subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=HERE, env={**os.environ, "MYPYPATH": ""}
    )


def test_the_stubs_are_those_of_the_module() -> None:
    checked = _mypy("mypy.stubtest", "liebig._liebig", "--concise")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_users_file_is_checked_strictly() -> None:
    checked = _mypy("mypy", "--strict", "example.py")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    wrong = _mypy("mypy", "--strict", "-c", "import liebig\nliebig.load(3)\n")
    assert wrong.returncode == 1 and "arg-type" in wrong.stdout


def test_the_package_is_checked_strictly() -> None:
    pytest.importorskip("torch")
    checked = _mypy("mypy", "--strict", str(HERE.parent / "python" / "liebig"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_everything_public_is_documented() -> None:
    for name in liebig.__all__:
        thing = getattr(liebig, name)
        if name.startswith("__") or name == "Judge":
            continue
        assert inspect.getdoc(thing), name
        if inspect.isclass(thing):
            for member, value in vars(thing).items():
                if not member.startswith("_") and (callable(value) or isinstance(value, (property, staticmethod))):
                    assert inspect.getdoc(getattr(thing, member)), f"{name}.{member}"


def test_methods_models_and_settings_are_listed() -> None:
    assert {"dc", "dsa", "dm", "mtt", "random"} <= set(liebig.methods())
    by_name = {setting.name: setting for setting in liebig.settings("dm", ipc=10)}
    assert by_name["batch_real"].default == 256 and by_name["lr_img"].range == "a positive number"
    assert "convnet" in liebig.models()
    assert "width" in [option.name for option in liebig.models("convnet")]  # type: ignore[union-attr]
    for wrong in (lambda: liebig.settings("dn"), lambda: liebig.models("none")):
        with pytest.raises(liebig.UsageError) as raised:
            wrong()
        assert raised.value.hint


def test_importing_is_quick() -> None:
    def seconds(module: str) -> float:
        best = 9.0
        for _ in range(5):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
            best = min(best, time.perf_counter() - started)
        return best

    # What liebig adds to NumPy, which it needs.
    added = seconds("liebig") - seconds("numpy")
    print(f"import liebig: {added:.3f} s more than numpy")
    assert added < 0.2
    lean = subprocess.run(
        [sys.executable, "-c", "import sys, liebig; print([m for m in ('torch', 'pandas', 'datasets') if m in sys.modules])"],
        capture_output=True, text=True, check=True)
    assert lean.stdout.strip() == "[]"


def _rss() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory as Linux reports it")
def test_small_functions_leak_nothing(made: liebig.DistilledSet, strokes: liebig.Dataset, tmp_path: Path) -> None:
    content = made.to_bytes()
    x = np.zeros((8, 1, 16, 16), np.uint8)
    y = np.arange(8) % 2

    def refused() -> None:
        try:
            liebig.settings("dn")
        except liebig.UsageError:
            pass

    def native() -> None:
        liebig._liebig.Artefact.from_bytes(content)

    small = {
        "images": lambda: made.images, "labels": lambda: made.labels, "raw_images": made.raw_images, "item": lambda: made[3],
        "recipe": lambda: made.recipe, "to_bytes": made.to_bytes, "from_bytes": native, "repr": lambda: repr(made),
        "settings": lambda: liebig.settings("dm"), "methods": liebig.methods, "models": liebig.models, "refused": refused,
        "from_arrays": lambda: liebig.Dataset.from_arrays(x, y), "normalization": lambda: strokes.normalization,
        "targets": lambda: made._artefact.targets(False),
        "augmented": lambda: made._artefact.augmented(made.images.copy(), False, 0, 1),
    }
    for name, call in small.items():
        for _ in range(1000):
            call()
        before = _rss()
        for _ in range(10_000):
            call()
        grown = _rss() - before
        # A leak of one array, or of one object of Python, for each call would be more.
        assert grown < 500_000, f"{name}: {grown} bytes in 10,000 calls"

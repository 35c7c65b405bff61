"""What a user's file may look like; mypy checks it strictly, and it runs."""

from __future__ import annotations

import numpy as np

import liebig


def look(step: liebig.Step) -> None:
    """Stops when nothing changes any more."""
    if step.loss < 1e-3:
        step.stop()


def main() -> float:
    """Distils, looks, evaluates, and writes."""
    data: liebig.Dataset = liebig.load_dataset("strokes", image_size=28)
    made: liebig.DistilledSet = liebig.distill(
        data, "dm", ipc=1, iterations=5, seed=1, callback=look, progress=False, batch_real=16
    )
    pixels = np.clip(made.raw_images(), 0, 1)
    assert pixels.shape == (10, 1, 28, 28)
    report: liebig.Report = made.evaluate(models="mlp", repeats=1, epochs=3, progress=False)
    for row in report.rows:
        print(row["source"], f"{row['mean']:.3f}")
    try:
        liebig.settings("no such method")
    except liebig.UsageError as error:
        print(error.message, error.hint)
    return report.accuracy


if __name__ == "__main__":
    main()

"""Reads a folder of JPEG files with Liebig and with torchvision's ImageFolder on PIL, in turn, and prints the times.

    cargo build --release -p liebig-data --example read
    python bench/image_folder.py                  # needs numpy and Pillow, and torch with torchvision if they are there

The files are made first: noise with as much in low frequencies as photographs have. Liebig reads the files, decodes and
resizes them, computes the normalisation and the content hash, with all cores. The Python side is one process, as `ImageFolder`
is without a DataLoader: `Resize` and `ToTensor` on every image. Without torchvision, the same is done with PIL and numpy.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

import numpy as np
from PIL import Image


def photograph(rng, side):
    """A square RGB image: smooth noise at several scales, the coarsest strongest, in colours that go together."""
    image = np.zeros((side, side, 3))
    for cells in (2, 4, 8, 16, 32, 64, side):
        coarse = rng.normal(size=(cells, cells, 1)) + 0.3 * rng.normal(size=(cells, cells, 3))
        planes = [
            np.asarray(Image.fromarray(coarse[..., c].astype(np.float32)).resize((side, side), Image.BICUBIC))
            for c in range(3)
        ]
        image += np.stack(planes, -1) * 60 / cells**0.7
    return (image + 120).clip(0, 255).astype(np.uint8)


def make(folder, count, side):
    rng = np.random.default_rng(0)
    for split, share in (("train", 0.8), ("test", 0.2)):
        for index in range(int(count * share)):
            path = folder / split / f"class{index % 10}" / f"{index:05}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(photograph(rng, side)).save(path, quality=90)


def with_pil(folder, size):
    """The images of both splits in float32 `[3, size, size]`, one after the other."""
    try:
        from torchvision import datasets, transforms
    except ImportError:
        for path in sorted(folder.glob("*/*/*")):
            with Image.open(path) as image:
                small = image.convert("RGB").resize((size, size), Image.BILINEAR)
            np.asarray(small).transpose(2, 0, 1).astype(np.float32) / 255
        return "PIL"
    steps = transforms.Compose([transforms.Resize((size, size)), transforms.ToTensor()])
    for split in ("train", "test"):
        for _ in datasets.ImageFolder(folder / split, steps):
            pass
    return "torchvision"


def with_liebig(program, folder, size):
    """Seconds and peak memory, as the program says them."""
    command = [program, "--size", str(size), str(folder)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, memory = re.search(r": ([\d.]+) s, at most (.*)", output).groups()
    return float(seconds), memory


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", default="target/release/examples/read")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make(folder, options.count, options.side)
        size = sum(file.stat().st_size for file in folder.glob("*/*/*")) / options.count
        print(f"{options.count} JPEG of {options.side}x{options.side}, {size / 1000:.1f} kB each, to {options.size}x{options.size}")
        print(f"{os.cpu_count()} cores")
        liebig, python = [], []
        for _ in range(options.rounds + 1):
            start = time.perf_counter()
            name = with_pil(folder, options.size)
            python.append(time.perf_counter() - start)
            seconds, memory = with_liebig(options.program, folder, options.size)
            liebig.append(seconds)
        # The first round fills the file cache.
        ratios = [slow / fast for slow, fast in zip(python[1:], liebig[1:])]
        print(f"{name}: {statistics.median(python[1:]):.2f} s")
        print(f"liebig: {statistics.median(liebig[1:]):.2f} s, at most {memory}")
        print("speed-up, each round:", ", ".join(f"{ratio:.1f}" for ratio in ratios))


if __name__ == "__main__":
    main()

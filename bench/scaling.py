"""Runs `liebig bench --scaling` and prints its measurements as tables.

    python bench/scaling.py [--liebig target/release/liebig] [--runs 3] [--axis AXIS]... [--json FILE]

GFLOP/s count the operations of direct convolutions, two per multiplication, forward and backward.
"""

import argparse
import json
import pathlib
import sys

from compare import output_of

HERE = pathlib.Path(__file__).parent
HEADINGS = {
    "threads": "threads",
    "batch": "images",
    "width": "channels",
    "side": "pixels per side",
    "depth": "blocks",
    "steps": "unrolled steps, all weights stored",
    "sparse_steps": "unrolled steps, checkpoints every √N",
}
IMAGES, UNROLLED_IMAGES = 256, 10


def operations(width=128, side=32, depth=3):
    """Operations for the gradient of one image. The first layer needs no input gradient."""
    total, channels = 0, 3
    for block in range(depth):
        forward = 2 * 9 * channels * width * side * side
        total += forward * (3 if block else 2)
        channels, side = width, side // 2
    return total


def row(axis, value, seconds, memory):
    if "steps" in axis:
        images, sizes = UNROLLED_IMAGES * value, {}
        unit = f"{1e3 * seconds / value:.1f} ms per step"
    else:
        images = value if axis == "batch" else IMAGES
        sizes = {axis: value} if axis in ("width", "side", "depth") else {}
        speed = operations(**sizes) * images / seconds / 1e9
        unit = f"{1e3 * seconds / images:.3f} ms per image, {speed:.0f} GFLOP/s"
    return f"| {value} | {seconds:.4f} | {unit} | {memory / 1e6:.0f} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--liebig", default=str(HERE.parent / "target" / "release" / "liebig"))
    parser.add_argument("--axis", action="append", choices=HEADINGS, help="the size to change; may be repeated [default: all]")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", help="also write every measurement to this file")
    arguments = parser.parse_args()
    measurements = {}
    for axis in arguments.axis or HEADINGS:
        print(axis, file=sys.stderr)
        command = [arguments.liebig, "bench", "--scaling", axis, "--runs", str(arguments.runs)]
        measurements[axis] = [json.loads(line) for line in output_of(command).splitlines()]
        print(f"| {HEADINGS[axis]} | seconds | cost | peak MB |\n|---|---|---|---|")
        for point in measurements[axis]:
            value = int(point["name"].split("=")[1])
            print(row(axis, value, point["seconds"], point["peak_rss_bytes"]))
        print(flush=True)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(measurements, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Memory and time of unrolled training beside PyTorch, as a table.

    python bench/unroll.py [--liebig target/release/liebig] [--limit 12] [--width 32]... [--json FILE]

Times are processor seconds on one thread, so that other work on the machine changes them little. Each row is the gradient through so many steps of SGD with momentum, with respect to images and step sizes: a ConvNet
on 1x28x28 images with 10 classes. Each runs once in a process of its own, and its memory is the peak resident memory.
PyTorch keeps the graph of all steps and may take `--limit` GiB; where that is not enough, the table says so.
"""

import argparse
import json
import pathlib
import subprocess
import sys

from compare import output_of

HERE = pathlib.Path(__file__).parent
MEMORIES = ["states", "least", "1g"]


def torch(name, threads, limit):
    """What PyTorch needs; nothing if it needs more than the limit."""
    command = [sys.executable, str(HERE / "torch_units.py"), name, "--threads", str(threads), "--limit", str(limit)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return json.loads(done.stdout)
    if "memory" not in done.stderr and "bad_alloc" not in done.stderr:
        sys.exit(done.stderr)
    return None


def cell(measurement, limit):
    if measurement is None:
        return f"more than {limit:g} GiB | "
    seconds = measurement["processor_seconds"]
    return f"{measurement['peak_rss_bytes'] / 1e6:.0f} | {seconds:.{2 if seconds < 10 else 0}f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--liebig", default=str(HERE.parent / "target" / "release" / "liebig"))
    parser.add_argument("--width", type=int, action="append", help="of the network; may be repeated [default: 32 and 128]")
    parser.add_argument("--ipc", type=int, action="append", help="images per class; may be repeated [default: 1 and 10]")
    parser.add_argument("--steps", type=int, action="append", help="may be repeated [default: 30, 100 and 300]")
    parser.add_argument("--limit", type=float, default=12, help="the most memory that PyTorch may take, in GiB")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", help="also write every measurement to this file")
    arguments = parser.parse_args()
    threads, limit, rows = arguments.threads, arguments.limit, []
    print("| width | images | steps | states, MB | s | least, MB | s | 1 GiB, MB | s | torch, MB | s |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for width in arguments.width or [32, 128]:
        for ipc in arguments.ipc or [1, 10]:
            for steps in arguments.steps or [30, 100, 300]:
                name = f"unroll_w{width}_ipc{ipc}_n{steps}"
                command = [arguments.liebig, "bench", "--threads", str(threads), "--only"]
                ours = [json.loads(output_of([*command, f"{name}_{memory}"])) for memory in MEMORIES]
                theirs = torch(name, threads, limit)
                rows.append({"name": name, "liebig": ours, "torch": theirs})
                cells = [cell(measurement, limit) for measurement in [*ours, theirs]]
                print(f"| {width} | {10 * ipc} | {steps} | {' | '.join(cells)} |", flush=True)
                if arguments.json:
                    pathlib.Path(arguments.json).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()

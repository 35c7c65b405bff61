"""Times `liebig bench` and PyTorch in turn on this machine, and prints a table of ratios.

    python bench/compare.py --rounds 3 [--liebig target/release/liebig] [--only NAME]... [--json FILE]

Each round runs every workload once with each program, in separate processes, so that a change in the machine's load
affects both. A ratio is PyTorch's time divided by Liebig's; the table shows the median over the rounds and the range.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def output_of(command):
    """Returns what a command prints. If it fails, this exits; the command has already printed the reason."""
    try:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    except FileNotFoundError:
        sys.exit(f"error: {command[0]} does not exist\nhint: build it with `cargo build --release`, or give its path with --liebig")
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: `{' '.join(command)}` ended with exit code {error.returncode}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--liebig", default=str(HERE.parent / "target" / "release" / "liebig"))
    parser.add_argument("--only", action="append", help="run only this workload; may be repeated [default: all]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", help="also write every measurement to this file")
    arguments = parser.parse_args()
    listed = output_of([arguments.liebig, "bench", "--list"])
    names = arguments.only or [line.split()[0] for line in listed.splitlines()]
    common = ["--runs", str(arguments.runs), "--threads", str(arguments.threads)]
    results = {name: [] for name in names}
    for round_ in range(arguments.rounds):
        for name in names:
            print(f"round {round_ + 1}: {name}", file=sys.stderr)
            ours = output_of([arguments.liebig, "bench", "--only", name, *common])
            theirs = output_of([sys.executable, str(HERE / "torch_units.py"), name, *common])
            results[name].append((json.loads(ours), json.loads(theirs)))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(results, indent=1) + "\n")
    print("| workload | liebig, s | torch, s | speed-up (range) | liebig, MB | torch, MB |")
    print("|---|---|---|---|---|---|")
    for name, rounds in results.items():
        ratios = [theirs["seconds"] / ours["seconds"] for ours, theirs in rounds]
        median = [statistics.median(pair[i]["seconds"] for pair in rounds) for i in (0, 1)]
        memory = [max(pair[i]["peak_rss_bytes"] for pair in rounds) / 1e6 for i in (0, 1)]
        print(
            f"| `{name}` | {median[0]:.4f} | {median[1]:.4f} "
            f"| {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f}) "
            f"| {memory[0]:.0f} | {memory[1]:.0f} |"
        )


if __name__ == "__main__":
    main()

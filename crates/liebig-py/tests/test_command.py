"""The command `liebig` of the package, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import liebig

PROGRAM = str(Path(sys.executable).with_name("liebig"))

LONG = """
import signal, sys, liebig
# A shell's job in the background ignores the signal, and Python would with it.
signal.signal(signal.SIGINT, signal.default_int_handler)
print("ready", flush=True)
try:
    settings = {"iterations": 1_000_000, "batch_real": 64, "evaluation": {"repeats": 0}}
    liebig.distill("strokes", "dm", output=sys.argv[1], progress=False, **settings)
except KeyboardInterrupt as interrupt:
    print("interrupted", *getattr(interrupt, "__notes__", []), flush=True)
    sys.exit(3)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)


def test_exit_codes_are_those_of_the_program(tmp_path: Path) -> None:
    version = run("--version")
    assert version.returncode == 0 and version.stdout == f"liebig {liebig.__version__}\n"
    assert "dm" in run("methods").stdout
    unknown = run("distill", "--method", "dn")
    assert unknown.returncode == 2 and "unknown method `dn`" in unknown.stderr and "hint: " in unknown.stderr
    assert run("nonsense").returncode == 2
    assert run("show", str(tmp_path / "none")).returncode == 1


def _interrupt(process: subprocess.Popen[str], checkpoint: Path) -> float:
    """Interrupts a run that has a checkpoint; the seconds that it took to end."""
    deadline = time.monotonic() + 60
    while not (checkpoint.is_dir() and any(checkpoint.iterdir())):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(30)
    return time.monotonic() - started


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_the_command_with_a_checkpoint(tmp_path: Path) -> None:
    output = tmp_path / "run"
    arguments = ["distill", "--method", "dm", "--iterations", "1000000", "--set", "method.batch_real=64", "--output", str(output)]
    process = subprocess.Popen([PROGRAM, *arguments], stderr=subprocess.PIPE, text=True)
    _interrupt(process, output / "checkpoints")
    assert process.returncode == 130 and process.stderr and "continue with --resume" in process.stderr.read()
    fast = subprocess.Popen([PROGRAM, "bench"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    fast.send_signal(signal.SIGINT)
    assert fast.wait(5) in (130, -signal.SIGINT)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_interrupts_a_function_within_a_second(tmp_path: Path) -> None:
    output = tmp_path / "run"
    process = subprocess.Popen([sys.executable, "-c", LONG, str(output)], stdout=subprocess.PIPE, text=True)
    seconds = _interrupt(process, output / "checkpoints")
    assert process.returncode == 3 and process.stdout
    text = process.stdout.read()
    assert "interrupted continue with liebig.distill" in text and "resume=True" in text
    # The process ends in this time as well.
    assert seconds < 1.5, seconds
    resumed: list[int] = []

    def look(step: liebig.Step) -> None:
        resumed.append(step.iteration)
        step.stop()

    liebig.distill(
        "strokes", "dm", iterations=1_000_000, batch_real=64, output=output, resume=True, callback=look, progress=False,
        evaluation={"repeats": 0},
    )
    assert resumed and resumed[0] > 1


def test_other_threads_run_meanwhile() -> None:
    import threading

    ticks: list[float] = []
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(0.01):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    started = time.monotonic()
    liebig.distill("strokes", "dm", iterations=10, batch_real=64, progress=False)
    seconds = time.monotonic() - started
    stop.set()
    thread.join()
    meanwhile = sum(started < at < started + seconds for at in ticks)
    assert meanwhile > 10 * seconds, (meanwhile, seconds)

"""The command `liebig`: the same program as the one that `cargo install` builds."""

from __future__ import annotations

import signal
import sys

from liebig import _liebig


def main() -> int:
    """Runs the command with the process's arguments; returns its exit code."""
    # Python's handler would only be run after the command. The command has one of its own where it takes long.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _liebig.command_line([sys.executable, "-m", "liebig"], ["liebig", *sys.argv[1:]])

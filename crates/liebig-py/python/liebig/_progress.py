"""Progress on standard error."""

from __future__ import annotations

import sys
import time
from types import TracebackType

_SECONDS = 0.2


class Progress:
    """Shows notes, and how far the work is, where standard error is a terminal or a notebook."""

    def __init__(self, wanted: bool) -> None:
        self._shown = wanted and (sys.stderr.isatty() or "ipykernel" in sys.modules)
        self._wanted = wanted
        self._width = 0
        self._at = 0.0
        self._phase = ""
        self._started = 0.0
        self._first = 0

    def __call__(self, notes: list[str], phase: str, done: int, total: int, loss: float | None) -> None:
        for note in notes:
            if self._wanted:
                self._line(f"note: {note}")
                self._end()
        if not self._shown or not phase:
            return
        now = time.monotonic()
        if phase != self._phase:
            self._end()
            self._phase, self._started, self._first = phase, now, done
        elif now - self._at < _SECONDS and done < total:
            return
        self._at = now
        text = f"{phase} {done}/{total}"
        if loss is not None:
            text += f"  loss {loss:.4f}"
        fresh = done - self._first
        if fresh and done < total:
            left = (now - self._started) / fresh * (total - done)
            text += f"  {_duration(left)} left"
        self._line(text)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _line(self, text: str) -> None:
        sys.stderr.write("\r" + text.ljust(self._width))
        sys.stderr.flush()
        self._width = len(text)

    def _end(self) -> None:
        if self._width:
            sys.stderr.write("\n")
            sys.stderr.flush()
            self._width = 0


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"

"""What can go wrong. Every error says what was found, what was expected, and what to do (`hint`).

An interruption by Ctrl-C is a `KeyboardInterrupt`, as everywhere in Python.
"""

from __future__ import annotations

__all__ = ["DataError", "Error", "RunError", "UsageError"]


class Error(Exception):
    """Any error of Liebig.

    Attributes:
        message: What was found and what was expected.
        hint: What to do about it, if there is something to say.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message}\nhint: {hint}")
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[Error], tuple[str, str | None]]:
        return (type(self), (self.message, self.hint))


class UsageError(Error, ValueError):
    """The request is invalid: a setting, an argument, a folder that already holds a run, too much memory."""


class DataError(Error, ValueError):
    """The data cannot be read or used, or does not go with the set."""


class RunError(Error, RuntimeError):
    """Something failed: the file system, a loss that is no longer finite, a bug."""

"""What there is: methods, networks, and their settings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from liebig import _liebig

if TYPE_CHECKING:
    from liebig._dataset import Dataset

__all__ = ["Setting", "formats", "methods", "models", "settings"]


class Setting(NamedTuple):
    """A setting of a method or an option of a network."""

    name: str
    """The name of the argument."""
    default: Any
    """The default; `None` if it is not set by default."""
    range: str
    """What is accepted, such as `1 or more` or `noise, real`."""
    about: str
    """What it does."""
    source: str | None
    """The publication or code that the default is from."""


def methods() -> dict[str, str]:
    """The methods by name, each with a description of one line: those that learn a set, then the coresets.

    >>> "dm" in liebig.methods()
    True
    """
    return {name: about for name, _, about in _liebig.methods()}


def settings(method: str, *, ipc: int = 1, data: Dataset | None = None) -> list[Setting]:
    """The settings of a method, with the defaults for `ipc` samples per class of a dataset.

    Args:
        method: A name that `methods()` has.
        ipc: Samples per class.
        data: The dataset; without one, the defaults are those for ten classes of colour images of 32x32.

    Raises:
        UsageError: There is no such method.
    """
    return _settings(_liebig.method_settings(method, ipc, None if data is None else data._native))


def models(name: str | None = None) -> dict[str, str] | list[Setting]:
    """The networks by name with a description, or the options of one.

    Raises:
        UsageError: There is no such network.
    """
    if name is None:
        return dict(_liebig.models())
    return _settings(_liebig.model_settings(name))


def formats() -> dict[str, str]:
    """The formats that sets can be exported to, with a description."""
    return dict(_liebig.formats())


def _settings(text: str) -> list[Setting]:
    return [
        Setting(one["key"].split(".", 1)[1], one["default"], one["range"], one["about"], one["source"])
        for one in json.loads(text)
    ]

"""Arguments as settings of the library."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from liebig.errors import UsageError

Given = tuple[str, str, str]


def given(arguments: Mapping[str, Any], prefix: str = "") -> list[Given]:
    """Every argument that is not `None`: its name, its key, and its value as JSON. Mappings become keys with dots."""
    found: list[Given] = []
    for name, value in arguments.items():
        found.extend(_one(name, prefix + name, value))
    return found


def method(arguments: Mapping[str, Any]) -> list[Given]:
    """Settings of a method."""
    return given(arguments, "method.")


def model(choice: str | Mapping[str, Any] | None) -> list[Given]:
    """A network by name, by name with options (`convnet:width=64:depth=2`), or by a mapping with `name` and options."""
    if choice is None:
        return []
    if isinstance(choice, str):
        name, _, options = choice.partition(":")
        found = [("model", "model.name", json.dumps(name))]
        for option in filter(None, options.split(":")):
            key, _, value = option.partition("=")
            found.append(("model", f"model.{key.strip()}", _literal(value.strip())))
        return found
    return [("model", f"model.{key}", _json(f"model[{key!r}]", value)) for key, value in choice.items()]


def data(options: Mapping[str, Any]) -> list[Given]:
    """How a dataset is read."""
    options = dict(options)
    size = options.get("image_size")
    if isinstance(size, (tuple, list)) and len(size) == 2:
        options["image_size"] = f"{size[0]}x{size[1]}"
    elif size is not None:
        options["image_size"] = str(size)
    return given(options, "data.")


def budget(counts: str | Mapping[str, int] | None) -> list[Given]:
    """Numbers of samples for single classes."""
    if isinstance(counts, Mapping):
        counts = ",".join(f"{name}={count}" for name, count in counts.items())
    return given({"budget": counts})


def _one(argument: str, key: str, value: Any) -> list[Given]:
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [part for name, inner in value.items() for part in _one(f"{argument}[{name!r}]", f"{key}.{name}", inner)]
    return [(argument, key, _json(argument, value))]


def _json(argument: str, value: Any) -> str:
    try:
        return json.dumps(value, default=_plain, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{argument}: {value!r} is no value of a setting",
            "give numbers, texts, booleans, paths, or lists or dicts of them",
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "item"):  # a number of NumPy or PyTorch
        return value.item()
    raise TypeError(type(value).__name__)


def _literal(text: str) -> str:
    try:
        json.loads(text)
    except ValueError:
        return json.dumps(text)
    return text

"""The results of an evaluation."""

from __future__ import annotations

import html
import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas  # type: ignore[import-untyped, unused-ignore]

__all__ = ["Report"]

_IDS = ("model", "protocol", "ranking")


class Report(dict[str, Any]):
    """The results of an evaluation, as `liebig evaluate --json` prints them; a dict with a view for people.

    `report["results"]` has an entry for each network and protocol, which holds under the name of each training set
    (`"distilled"`, `"random"`, ...) the test accuracies of the networks trained on it.
    """

    def __init__(self, content: dict[str, Any], seed: int = 0) -> None:
        super().__init__(content)
        self.seed = seed

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each network, protocol and training set: `model`, `protocol`, `source`, `mean`, `std` (population standard
        deviation), `n`, `accuracies`, `seconds`, `bits_per_class`, and what else was asked for. Accuracies are fractions."""
        rows = []
        for result in self["results"]:
            shared = {"model": result["model"], "protocol": result.get("protocol", "own")}
            for source, row in result.items():
                if source not in _IDS and isinstance(row, dict):
                    rows.append({**shared, "source": source, **row})
        return rows

    @property
    def accuracy(self) -> float:
        """The mean test accuracy of the first network trained on the distilled set, a fraction."""
        return self.mean("distilled")

    def mean(self, source: str) -> float:
        """The mean test accuracy of the first network trained on a source, such as `"random"`."""
        for row in self.rows:
            if row["source"] == source:
                return float(row["mean"])
        raise KeyError(source)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a data frame; needs pandas."""
        import pandas  # type: ignore[import-untyped, unused-ignore]

        return pandas.DataFrame(self.rows)

    def to_json(self) -> str:
        """The report as JSON."""
        return json.dumps(dict(self))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the report as JSON."""
        with open(path, "w", encoding="utf-8") as file:
            json.dump(dict(self), file, indent=2)
            file.write("\n")

    def __str__(self) -> str:
        table = self._table()
        widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head, *rows = self._table()
        cells = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"

    def _table(self) -> list[list[str]]:
        table = [["trained on", "network", "protocol", "accuracy", "std", "networks"]]
        for row in self.rows:
            accuracy, deviation = f"{100 * row['mean']:.1f} %", f"{100 * row['std']:.1f}"
            table.append([row["source"], row["model"], row["protocol"], accuracy, deviation, str(row["n"])])
        return table

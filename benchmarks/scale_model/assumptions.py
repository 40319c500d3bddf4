"""Every number that the model starts from: ``assumptions.toml``, with what this project has measured filled in."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.scale_model.figures import Figures

TABLE = Path(__file__).with_name("assumptions.toml")
# What the functions of the model take: the values of the assumptions by name.
Values = Mapping[str, float]


class Kind(StrEnum):
    """How an assumption is known."""

    MEASURED = "measured"
    DOCUMENTED = "documented"
    GUESSED = "guessed"


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number that goes into the model, in words for the page."""

    name: str
    meaning: str
    value: float
    unit: str
    kind: Kind
    source: str


def list_assumptions(figures: Figures) -> Sequence[Assumption]:
    """Return all assumptions in the order of the table; ``figures`` are what this project has measured.

    Raise KeyError if the table lacks an entry, or names a figure that is not measured, ValueError for an unknown kind.
    """
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return [
        Assumption(
            name=name,
            meaning=row["meaning"],
            value=_find_value(row, figures),
            unit=row.get("unit", ""),
            kind=Kind(row["kind"]),
            source=row["source"],
        )
        for name, row in rows.items()
    ]


def _find_value(row: Mapping[str, str], figures: Figures) -> float:
    if "column" in row:
        return figures.average(row["column"])
    if "largest" in row:
        return figures.find_largest(row["largest"])
    return float(figures.speed[row["speed"]] if "speed" in row else row["value"])


def list_values(figures: Figures) -> Values:
    """Return the value of each assumption by its name."""
    return {one.name: one.value for one in list_assumptions(figures)}

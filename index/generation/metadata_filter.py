"""Filter by metadata: conditions on the fields of a document, checked and normalised."""

from collections.abc import Mapping
from dataclasses import dataclass

from index.errors import UsageError
from index.generation.metadata import DATE, MAX_VALUES, find_field, list_values, number_date, parse_date

FROM, TO = "from", "to"
# Before and after every date.
EARLIEST, LATEST = 0, 99_991_231


@dataclass(frozen=True, slots=True)
class MetadataFilter:
    """Which documents may be found: those that meet all conditions.

    ``values`` has the names of fields, sorted, and for each the values of which a document needs one. ``date_from`` and
    ``date_to`` are ISO dates, both included; "2025" begins with its first day and ends with its last.
    """

    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    date_from: str | None = None
    date_to: str | None = None

    @classmethod
    def parse(cls, conditions: Mapping[str, object]) -> "MetadataFilter":
        """Return the filter of conditions such as ``{"tag": ["a", "b"], "date": {"from": "2025-01-01"}}``.

        Raise UsageError, which names the value and what it must be.
        """
        values: dict[str, list[str]] = {}
        bounds: dict[str, str] = {}
        for name, condition in conditions.items():
            field = find_field(name)
            if field == DATE and isinstance(condition, Mapping):
                bounds = _parse_bounds(condition)
            else:
                values.setdefault(field, []).extend(_parse_values(name, condition))
        checked = tuple((field, tuple(dict.fromkeys(values[field]))) for field in sorted(values))
        return cls(checked, bounds.get(FROM), bounds.get(TO))

    @property
    def has_dates(self) -> bool:
        """Whether only documents with a date may be found."""
        return self.date_from is not None or self.date_to is not None

    @property
    def date_numbers(self) -> tuple[int, int]:
        """The first and the last date that may be found, as numbers that sort by time."""
        first = number_date(self.date_from) if self.date_from else EARLIEST
        return first, number_date(self.date_to, latest=True) if self.date_to else LATEST

    def __bool__(self) -> bool:
        """Return whether there is a condition."""
        return bool(self.values) or self.has_dates


NO_FILTER = MetadataFilter()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents are meant: ids or shell-style patterns, and conditions on the metadata; nothing means all."""

    documents: tuple[str, ...] = ()
    filter: MetadataFilter = NO_FILTER

    def __bool__(self) -> bool:
        """Return whether only some documents are meant."""
        return bool(self.documents or self.filter)


EVERYTHING = Selection()


def _parse_values(name: str, condition: object) -> list[str]:
    listed = condition if isinstance(condition, list | tuple) else [condition]
    if not listed or len(listed) > MAX_VALUES:
        raise UsageError(f"invalid filter {name!r}: must have 1 to {MAX_VALUES} values, not {len(listed)}")
    for value in listed:
        if len(list_values(value)) != 1 or isinstance(value, list | tuple):
            expected = "a text, a number, true, false or a list of them"
            raise UsageError(f"invalid value {value!r} for the filter {name!r}: must be {expected}")
    return list_values(listed)


def _parse_bounds(condition: Mapping[object, object]) -> dict[str, str]:
    bounds = {}
    for bound, value in condition.items():
        if bound not in {FROM, TO}:
            raise UsageError(f"unknown key {bound!r} of the filter 'date': must be {FROM!r} or {TO!r}")
        if value is not None:
            bounds[str(bound)] = check_date(value)
    return bounds


def check_date(value: object) -> str:
    """Return the ISO form of a date of a filter; raise UsageError if it is not one."""
    found = parse_date(value) if isinstance(value, str) else None
    if found is None:
        raise UsageError(f"invalid date {value!r} of a filter: must be like 2025-01-31, 2025-01 or 2025")
    return found

"""Filters of the command line: ``--filter NAME=VALUE``."""

from collections.abc import Sequence

from index.errors import UsageError
from index.generation.metadata import DATE
from index.generation.metadata_filter import FROM, TO, MetadataFilter
from qa.collection.catalog import Catalog

# Fields that are named to somebody who has named one that does not exist.
MAX_SHOWN_FIELDS = 20


def read_conditions(arguments: Sequence[str]) -> dict[str, object]:
    """Return the conditions of ``NAME=VALUE``, several values of a name as a list; raise UsageError."""
    values: dict[str, list[str]] = {}
    dates: dict[str, str] = {}
    for argument in arguments:
        name, separator, value = argument.partition("=")
        if not separator or not name.strip() or not value.strip():
            raise UsageError(f"invalid value {argument!r} for --filter: must be NAME=VALUE, such as tag=travel")
        field, _, bound = name.strip().partition(".")
        if field == DATE and bound in {FROM, TO}:
            dates[bound] = value
        else:
            values.setdefault(name.strip(), []).append(value)
    if dates and DATE in values:
        raise UsageError(f"--filter {DATE} and {DATE}.{FROM} exclude each other: leave one of them out")
    return {**values, **({DATE: dates} if dates else {})}


def require_fields(catalog: Catalog, conditions: MetadataFilter) -> None:
    """Raise UsageError if a filter names a field that no document has."""
    for name, _ in conditions.values:
        if not catalog.has_field(name):
            known = ", ".join(catalog.list_fields()[:MAX_SHOWN_FIELDS])
            raise UsageError(f"unknown field {name!r} in --filter: no document has it; the fields are {known}")

"""Checks of filters that need the index: unknown documents and fields, and patterns that take too long to match."""

from collections.abc import Iterable, Iterator, Sequence

from index.generation.documents import RECENT_PATTERNS
from index.generation.id_patterns import WILDCARDS, count_scans
from index.generation.metadata import FOLDER
from index.generation.metadata_filter import Selection
from qa.collection.catalog import Catalog
from qa.types import Request
from qa.web.errors.problems import Code, FieldError, ProblemError, format_value

# Matching takes up to 0.2 microseconds for each document and star, so that a request takes two seconds at most.
MAX_SCANNED_IDS = 10_000_000
DOCUMENT = "document"
# Fields that are named to somebody who has named one that does not exist.
MAX_SHOWN_FIELDS = 20


def check_filters(catalogs: Sequence[Catalog], questions: Sequence[Request], fields: Sequence[str]) -> None:
    """Raise ProblemError if a filter names what no collection has, or if all together cost too much.

    ``fields`` are the names by which the caller knows the patterns of documents.
    """
    named = [(one.selection, field) for one, field in zip(questions, fields, strict=True) if one.selection]
    if not named:
        return
    _require_known(catalogs, named)
    for catalog in catalogs:
        _check_costs(catalog, named)


def check_selections(catalog: Catalog, selections: Sequence[Selection], fields: Sequence[str]) -> None:
    """Raise ProblemError as ``check_filters`` does."""
    named = list(zip(selections, fields, strict=True))
    _require_known([catalog], named)
    _check_costs(catalog, named)


def _require_known(catalogs: Sequence[Catalog], named: Sequence[tuple[Selection, str]]) -> None:
    first, *others = (_list_unknown(catalog, named) for catalog in catalogs)
    unknown = [error for where, error in first.items() if all(where in one for one in others)]
    if unknown:
        raise ProblemError.for_fields(unknown)


def _list_unknown(catalog: Catalog, named: Sequence[tuple[Selection, str]]) -> dict[str, FieldError]:
    """Return what is unknown to one collection, by where the caller has named it."""
    return {error.field: error for selection, field in named for error in _find_unknown(catalog, selection, field)}


def _check_costs(catalog: Catalog, named: Sequence[tuple[Selection, str]]) -> None:
    _check_cost(catalog.document_count, [(selection.documents, field) for selection, field in named])
    folders = [(_list_folders(selection), f"{_find_prefix(field)}{FOLDER}") for selection, field in named]
    _check_cost(catalog.folder_count, folders)


def check_fields(catalog: Catalog, names: Iterable[str], parameter: str) -> None:
    """Raise ProblemError if no document has a field of the metadata that a parameter names."""
    unknown = [name for name in names if not catalog.has_field(name)]
    if unknown:
        raise ProblemError.for_fields([_describe_unknown(catalog, name, parameter) for name in unknown])


def _find_unknown(catalog: Catalog, selection: Selection, field: str) -> Iterator[FieldError]:
    for position, entry in enumerate(selection.documents):
        # An entry with a wildcard is a pattern, and a pattern may match nothing.
        if WILDCARDS.isdisjoint(entry) and not catalog.match_documents(entry):
            where = f"{field}[{position}]"
            message = f"{where} names {format_value(entry)}, which is not indexed; GET /v1/documents lists what is"
            yield FieldError(where, message, Code.UNKNOWN_DOCUMENT.word)
    for name, _ in selection.filter.values:
        if not catalog.has_field(name):
            yield _describe_unknown(catalog, name, f"{_find_prefix(field)}{name}")


def _describe_unknown(catalog: Catalog, name: str, where: str) -> FieldError:
    known = ", ".join(catalog.list_fields()[:MAX_SHOWN_FIELDS])
    message = f"{where} names {format_value(name)}, which no document has in its metadata; the fields are {known}"
    return FieldError(where, message, Code.UNKNOWN_FIELD.word)


def _find_prefix(field: str) -> str:
    """Return "filter." of "filter.document": what the name of a field of the metadata follows."""
    return field.removesuffix(DOCUMENT) if field.endswith(DOCUMENT) else "filter."


def _list_folders(selection: Selection) -> tuple[str, ...]:
    return next((values for name, values in selection.filter.values if name == FOLDER), ())


def _check_cost(rows: int, filtered: Sequence[tuple[Sequence[str], str]]) -> None:
    entries = [entry for patterns, _ in filtered for entry in patterns]
    # So few are matched once, however many questions have them.
    distinct = set(entries)
    scans = sum(map(count_scans, distinct if len(distinct) <= RECENT_PATTERNS else entries))
    if scans * rows > MAX_SCANNED_IDS:
        field = next(field for patterns, field in filtered if any(map(count_scans, patterns)))
        message = (
            f"{field} should match at most {MAX_SCANNED_IDS:,} ids, counted once for each pattern and each star inside "
            f"of one, over all questions of a request, not {scans * rows:,}; use fewer patterns or stars"
        )
        raise ProblemError.for_fields([FieldError(field, message, Code.OUT_OF_BOUNDS.word)])

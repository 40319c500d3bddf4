"""The command ``documents``: list the documents of an index, with the filters and facets of GET /v1/documents."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from index.build.summary import show_name
from index.cli import Command, Option, format_count, setting_options
from index.errors import UsageError
from index.generation.directory import IndexDirectory
from index.generation.metadata import DATE, find_field
from index.generation.metadata_filter import MetadataFilter, Selection
from qa.collection.catalog import MAX_FACET_VALUES, Catalog, DocumentInfo, DocumentList, DocumentSearch
from qa.collection.listing import ORDERS
from qa.conditions import MAX_SHOWN_FIELDS, read_conditions, require_fields

MAX_LIMIT = 100_000
HEAD = ("date", "passages", "id", "title")


@click.command(cls=Command)
@click.option("--document", "patterns", multiple=True, help="list this document only: an id, or a pattern as '*.md'")
@click.option(
    "--filter", "conditions", multiple=True, metavar="NAME=VALUE", help="list documents with this metadata only"
)
@click.option("--title", default="", metavar="WORDS", help="list documents with all of these words in their title only")
@click.option(
    "--sort",
    "order",
    cls=Option,
    type=click.Choice(ORDERS),
    default="id",
    show_default=True,
    help="the newest date and the largest size come first",
)
@click.option("--reverse", is_flag=True, help="sort the other way round")
@click.option(
    "--limit", cls=Option, type=click.IntRange(1, MAX_LIMIT), default=20, show_default=True, help="documents to list"
)
@click.option("--facets", default="", metavar="NAMES", help="count the values of these fields, such as tag,language")
@click.option("--json", "as_json", is_flag=True, help="print what GET /v1/documents returns")
@setting_options("index")
def documents(index: str, limit: int, facets: str, as_json: bool, **search: Any) -> None:  # noqa: ANN401
    """List the documents of an index, and with --facets how many of them have each value of their metadata.

    A document must meet every --filter; of several values of one name it needs one. Names are folder, tag, language,
    format, author, date.from, date.to and every other field of the metadata.

    Example: python -m qa documents --sort date --facets tag,year
    """
    catalog = Catalog(IndexDirectory(Path(index)).open_current())
    conditions = MetadataFilter.parse(read_conditions(search.pop("conditions")))
    require_fields(catalog, conditions)
    chosen = Selection(search.pop("patterns"), conditions)
    names = list(dict.fromkeys(find_field(name) for name in facets.split(",") if name.strip()))
    _require_known(catalog, names)
    listed = catalog.search_documents(limit, DocumentSearch(chosen, **search), names)
    if as_json:
        # Late, because it loads the web server's libraries.
        from qa.web.responses import dump_json

        click.echo(dump_json(listed, indent=2))
        return
    for line in (*format_table(listed.documents), *format_facets(listed), format_total(listed)):
        click.echo(line)


def _require_known(catalog: Catalog, names: Sequence[str]) -> None:
    """Raise UsageError if no document has a field whose values are to be counted."""
    for name in names:
        if not catalog.has_field(name):
            known = ", ".join(catalog.list_fields()[:MAX_SHOWN_FIELDS])
            raise UsageError(f"unknown field {name!r} in --facets: no document has it; the fields are {known}")


def format_table(documents: Sequence[DocumentInfo]) -> Iterator[str]:
    """Yield a line with the names of the columns, and one for each document, no wider than a terminal."""
    rows = [HEAD, *(_list_cells(document) for document in documents)]
    if not documents:
        return
    dates, passages, ids, _ = (max(map(len, cells)) for cells in zip(*rows, strict=True))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    for day, count, name, title in rows:
        line = f"{day:<{dates}}  {count:>{passages}}  {name:<{ids}}  {title}".rstrip()
        yield line if len(line) <= width else f"{line[: width - 1]}…"


def _list_cells(document: DocumentInfo) -> tuple[str, ...]:
    dates = document.fields.get(DATE, ("",))
    return dates[0], f"{document.passages:,}", show_name(document.id), show_name(document.title)


def format_facets(listed: DocumentList) -> Iterator[str]:
    """Yield the counted values of each field, below its name."""
    for name, values in listed.facets.items():
        yield ""
        cut = f" the {len(values)} most frequent values" if len(values) == MAX_FACET_VALUES else ""
        yield f"{name}:{cut}" if values else f"{name}: no document has it"
        digits = max((len(f"{one.count:,}") for one in values), default=0)
        yield from (f"  {one.count:>{digits},}  {show_name(one.value)}" for one in values)


def format_total(listed: DocumentList) -> str:
    """Return how many documents there are, and how to list the rest."""
    if not listed.total:
        return "no document matches"
    shown, total = len(listed.documents), format_count(listed.total, "documents")
    if shown == listed.total:
        return f"\n{total}"
    limit = min(listed.total, MAX_LIMIT)
    remedy = f"list more with --limit {limit}" if shown < limit else "choose some with --filter"
    return f"\nthe first {shown:,} of {total}; {remedy}"

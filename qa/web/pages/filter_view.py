"""The filter beside the question: what can be chosen, from the facets of the collection, and what is chosen."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from glob import escape

from index.generation.metadata import DATE, FOLDER, FORMAT, LANGUAGE, TAG, TOP_FOLDER
from index.generation.metadata_filter import FROM, TO, Selection
from qa.collection.catalog import Catalog

# What can be chosen, in this order.
FIELDS = (FOLDER, TAG, FORMAT, LANGUAGE)
BELOW = "/**"
# A character of a pattern that ``glob.escape`` has escaped.
ESCAPED = re.compile(r"\[([*?[])\]")


@dataclass(frozen=True, slots=True)
class Choice:
    """An option: the value that is sent, and how it is shown; empty for documents that are in no folder.

    ``count`` is the number of documents that it lets through, None if that is not known.
    """

    value: str
    label: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """The options of one field; ``chosen`` is the value of the one that is selected, or empty."""

    field: str
    choices: Sequence[Choice]
    chosen: str


@dataclass(frozen=True, slots=True)
class FilterView:
    """The control: one menu a field, and the dates if the documents have any. It is hidden if it is empty.

    ``documents`` are those to which a link has restricted the question; they are shown beside the control.
    """

    documents: Sequence[Choice]
    menus: Sequence[Menu]
    has_dates: bool
    date_from: str
    date_to: str
    is_open: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to choose."""
        return not self.menus and not self.has_dates


def build_filter_view(catalogs: Sequence[Catalog], chosen: Selection) -> FilterView:
    """Return the control for what is searched. A field with which nothing can be left out has no menu."""
    facets, documents = _add_facets(catalogs), sum(catalog.document_count for catalog in catalogs)
    values = dict(chosen.filter.values)
    menus = []
    for field in FIELDS:
        choices = [
            _make_choice(field, value, facets[field]) for value, count in facets[field].items() if count < documents
        ]
        selected = values.get(field, ("",))[0]
        # A link may name what is no option, such as a pattern of its own.
        if selected and selected not in {choice.value for choice in choices}:
            choices.append(Choice(selected, selected))
        if choices:
            menus.append(Menu(field, sorted(choices, key=lambda choice: choice.label), selected))
    dates = chosen.filter.date_from or "", chosen.filter.date_to or ""
    has_dates = len(facets[DATE]) > 1 or any(dates)
    named = [_name_document(catalogs, pattern) for pattern in chosen.documents]
    return FilterView(named, menus, has_dates, *dates, is_open=bool(chosen.filter))


def filter_parameters(chosen: Selection) -> dict[str, str | list[str]]:
    """Return the query parameters of a link that asks with the same filter."""
    parameters: dict[str, str | list[str]] = {name: list(values) for name, values in chosen.filter.values}
    bounds = {FROM: chosen.filter.date_from, TO: chosen.filter.date_to}
    parameters |= {f"{DATE}.{bound}": day for bound, day in bounds.items() if day}
    return parameters | ({"document": list(chosen.documents)} if chosen.documents else {})


def filter_body(chosen: Selection) -> dict[str, object]:
    """Return the filter as a body of POST /v1/ask has it, without what is not chosen."""
    body: dict[str, object] = {"document": list(chosen.documents)} if chosen.documents else {}
    body |= {name: list(values) for name, values in chosen.filter.values}
    bounds = {FROM: chosen.filter.date_from, TO: chosen.filter.date_to}
    dates = {bound: day for bound, day in bounds.items() if day}
    return body | ({DATE: dates} if dates else {})


def _add_facets(catalogs: Sequence[Catalog]) -> dict[str, Counter[str]]:
    """Return for each field its values in all collections, with the number of documents that have them."""
    facets = {field: Counter[str]() for field in [*FIELDS, DATE]}
    for catalog in catalogs:
        for field, values in catalog.count_facets([*facets]).items():
            facets[field].update({one.value: one.count for one in values})
    return facets


def _make_choice(field: str, value: str, counts: Mapping[str, int]) -> Choice:
    if field != FOLDER or value == TOP_FOLDER:
        return Choice(value, "" if field == FOLDER else value, counts[value])
    below = sum(count for other, count in counts.items() if f"{other}/".startswith(f"{value}/"))
    return Choice(f"{escape(value)}{BELOW}", value, below)


def _name_document(catalogs: Sequence[Catalog], pattern: str) -> Choice:
    """Return the title of the document that is meant, or the pattern if it is none of one document."""
    name = ESCAPED.sub(r"\1", pattern)
    found = (catalog.list_documents(0, 1, Selection((pattern,))) for catalog in catalogs)
    titles = [document.title for documents in found for document in documents if document.id == name]
    return Choice(pattern, (titles[0] if titles else "") or name)

"""What is being typed is completed by titles and headings."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.collection.catalog import Catalog
from qa.collection.completions import MAX_CHARACTERS, Completer, Completion, CompletionKind, _fold

TITLES = [
    "Travel expenses",
    "The travel office",
    "Lighthouse (island)",
    "灯台の歴史",
    "x" * (MAX_CHARACTERS + 1),
    "İstanbul",
]
HEADINGS = ["Expenses abroad", "Travel expenses", "Who pays  travel", "Sub-travel"]


class Named(Catalog):
    """A catalog of titles and headings."""

    def __init__(self, titles: Sequence[str], headings: Sequence[str]) -> None:
        """Keep the names."""
        self._named = titles, headings

    def list_titles(self) -> Sequence[str]:  # type: ignore[override]
        """Return the titles."""
        return self._named[0]

    def list_headings(self, limit: int) -> Sequence[str]:  # type: ignore[override]
        """Return the headings."""
        return self._named[1][:limit]


def complete(typed: str, limit: int = 6) -> list[str]:
    return [one.text for one in Completer(Named(TITLES, HEADINGS)).complete(typed, limit)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Who pays for TRAV", ["Travel expenses", "The travel office", "Who pays travel", "Sub-travel"]),
        ("travel e", ["Travel expenses"]),
        ("is the travel", ["The travel office", "Travel expenses", "Who pays travel", "Sub-travel"]),
        ("expe", ["Expenses abroad", "Travel expenses"]),
        ("about isla", ["Lighthouse (island)"]),
        ("avel", []),
        ("tra", []),
        ("xxxxx", []),
        ("", []),
        ("灯台", ["灯台の歴史"]),
        ("あの灯台", ["灯台の歴史"]),
        ("İsta", ["İstanbul"]),
        ("Lighthouse (island)", []),
    ],
)
def test_last_words_are_completed(typed: str, expected: list[str]) -> None:
    """From the most words to the fewest, beginnings before words inside, titles before headings, each once."""
    assert complete(typed) == expected


def test_a_completion_says_what_it_stands_for() -> None:
    """The words at the end that it takes the place of, in code points, and what it is."""
    found = Completer(Named(TITLES, HEADINGS)).complete("🗼 about  expenses a", 1)
    assert found == [Completion("Expenses abroad", CompletionKind.HEADING, len("expenses a"))]


def test_nobody_waits_while_titles_are_read() -> None:
    """They may be a million, and whoever types meanwhile is offered nothing; a read that fails can be tried again."""

    class Slow(Named):
        def list_titles(self) -> Sequence[str]:  # type: ignore[override]
            meanwhile.append(completer.complete("travel", 1))
            if len(meanwhile) == 1:
                raise OSError("the first time")
            return super().list_titles()

    meanwhile = list[list[Completion]]()
    completer = Completer(Slow(TITLES, HEADINGS))
    with pytest.raises(OSError, match="first time"):
        completer.complete("travel", 1)
    assert [one.text for one in completer.complete("travel", 1)] == ["Travel expenses"]
    assert meanwhile == [[], []]


@given(st.lists(st.text()), st.lists(st.text()), st.text(), st.integers(1, 6))
def test_every_completion_has_what_was_typed(titles: list[str], headings: list[str], typed: str, limit: int) -> None:
    """Whatever is typed: the end that is replaced is in the completion, which is a name of the collection."""
    found = Completer(Named(titles, headings)).complete(typed, limit)
    assert len({one.text for one in found}) == len(found) <= limit
    names = {" ".join(name.split()) for name in [*titles, *headings]}
    for one in found:
        assert _fold(typed[len(typed) - one.replaces :]) in _fold(one.text)
        assert one.text in names

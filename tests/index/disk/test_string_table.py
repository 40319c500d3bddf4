"""Many strings in one array, in memory and on disk."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.disk.string_table import StringSpool, StringTable

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=8)


def each_kind(texts: list[str], folder: str) -> list[StringTable]:
    """In memory, in a temporary file, and as saved from either."""
    spool = StringSpool(Path(folder))
    for text in texts:
        spool.append(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.disk.arrays.MAX_LOADED_SPOOL_BYTES", 0)
        tables = [StringTable.build(texts), spool.open_table()]
    for number, table in enumerate(list(tables)):
        table.save(Path(folder), f"{number}")
        tables.append(StringTable.load(Path(folder), f"{number}"))
    return tables


@settings(max_examples=40)
@given(TEXTS)
def test_texts_come_back_one_by_one(texts: list[str]) -> None:
    """Whatever they hold, empty ones and none at all included, wherever they are, before and after saving."""
    with TemporaryDirectory() as folder:
        for strings in each_kind(texts, folder):
            assert (len(strings), list(strings)) == (len(texts), texts)
            assert [strings[place] for place in range(-len(texts), len(texts))] == texts * 2


@given(TEXTS, st.integers(0, 8), st.integers(0, 8))
def test_code_points_of_neighbours_are_read_together(texts: list[str], start: int, stop: int) -> None:
    """Each text is found between its edges."""
    first, last = sorted(min(place, len(texts)) for place in (start, stop))
    codes, edges = StringTable.build(texts).read_code_points(first, last)
    found = ["".join(map(chr, codes[a:b].tolist())) for a, b in pairwise(edges.tolist())]
    assert (found, len(codes)) == (texts[first:last], sum(map(len, found)))


@given(TEXTS)
def test_code_points_are_found_among_the_bytes(texts: list[str]) -> None:
    """A slice in code points and the bytes between its offsets are the same text."""
    strings = StringTable.build(texts)
    for position, text in enumerate(texts):
        for start in range(len(text) + 1):
            first, last = strings.find_byte_offsets(position, np.array([start, len(text)])).tolist()
            assert strings.decode_range(first, last) == text[start:]


def test_no_text_is_beyond_the_last() -> None:
    """As in a list."""
    for place in (2, -3):
        with pytest.raises(IndexError):
            StringTable.build(["a", "b"])[place]


def test_half_a_character_is_refused() -> None:
    """A lone surrogate cannot be encoded in UTF-8."""
    with pytest.raises(ValueError, match="surrogates"):
        StringTable.build(["\ud800"])

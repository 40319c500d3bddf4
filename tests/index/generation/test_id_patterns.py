"""Ids that match a shell-style pattern are those that the standard library finds one by one."""

from fnmatch import fnmatchcase
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.disk.string_table import StringTable
from index.generation.documents import Documents
from index.generation.id_patterns import count_scans, find_matching_rows
from index.types import Document

# Few characters, so that patterns match; those that sets, decoding and lines treat specially are among them.
CHARACTERS = "ab-!]^\n\0é猫😀"
IDS = st.lists(st.text(CHARACTERS, max_size=6), max_size=8)
TOKENS = st.one_of(
    st.sampled_from(
        ["*", "*", "?", "[", "]", "[!", "[]", "[!]", "[a-b]", "[!a]", "[b-a]", "[!b-a]", "[é-猫]", "[!😀-]"]
    ),
    st.text(CHARACTERS, max_size=2),
    st.text(f"[{CHARACTERS}", max_size=5).map("[{}]".format),
)
PATTERNS = st.lists(TOKENS, max_size=6).map("".join)


def match_one_by_one(ids: list[str], pattern: str) -> list[int]:
    return [row for row, name in enumerate(ids) if fnmatchcase(name, pattern)]


@given(IDS, PATTERNS, st.sampled_from([1, 3, 65_536]))
@example(["abab", "ab", "aab", "", "ba"], "*ab*b", 3)
@example(["a", "b"], "*b*", 65_536)
@example(["\x7f", "\x80"], "[!a]", 65_536)
@example(["\x7f"], "[!a]", 65_536)
def test_any_pattern_matches_what_the_standard_library_matches(ids: list[str], pattern: str, block_size: int) -> None:
    """For every set, negation, line break and script, and wherever one block of ids ends."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("index.generation.id_patterns.BLOCK_SIZE", block_size)
        rows = find_matching_rows(StringTable.build(ids), pattern)
    assert rows.dtype == np.int64
    assert rows.tolist() == match_one_by_one(ids, pattern)


@pytest.mark.parametrize("pattern", ["*", "a/*", "*.md", "*-1*", "?/[0-9]*", "b/12.md", "*[", "*z*"])
def test_real_looking_ids_are_matched_on_disk(tmp_path: Path, pattern: str) -> None:
    """In the order of the documents; a pattern without a wildcard is an id."""
    ids = [f"{folder}/{number}{'-1' * (number % 3)}.{suffix}" for folder in "ab" for number in range(30) for suffix in ("md", "txt")]  # fmt: skip
    Documents.build([Document(name, "x") for name in ids]).save(tmp_path)
    assert Documents.load(tmp_path).find_matching(pattern).tolist() == match_one_by_one(ids, pattern)


def test_a_pattern_that_is_itself_an_id_finds_it() -> None:
    """Although, read as a pattern, it would not match itself."""
    documents = Documents.build([Document(name, "x") for name in ("[x].md", "x.md", "y.md")])
    assert documents.find_matching("[x].md").tolist() == [0, 1]


def test_no_id_is_decoded_to_match_a_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading every id costs a third of a second at 200,000 documents, for each of a hundred patterns."""
    documents = Documents.build([Document(f"{number}.md", "x") for number in range(100)])

    def fail(*_: object) -> None:
        pytest.fail("an id was decoded")

    for name in ("__getitem__", "decode_range"):
        monkeypatch.setattr(StringTable, name, fail)
    assert len(documents.find_matching("*7.md")) == 10
    assert len(documents.find_matching("[1-2]?.md")) == 20


@pytest.mark.parametrize(
    ("pattern", "scans"),
    [("a.txt", 0), ("*", 1), ("a*", 1), ("[a]*b", 1), ("*a*", 2), ("*a**b*", 3), ("*" * 1000, 1), ("a*b*c*d", 3)],
)
def test_the_scans_of_a_pattern_are_counted(pattern: str, scans: int) -> None:
    """One for its ends, and one for each part between two stars."""
    assert count_scans(pattern) == scans


@pytest.mark.parametrize("pattern", ["*[!x]" * 200 + "*", "*é*" + "*[!x]" * 30 + "*"], ids=["too long", "no match"])
def test_a_pattern_is_not_matched_further_than_any_id_reaches(pattern: str) -> None:
    """With 20,000 ids it takes milliseconds; to search all of them for every part took seconds."""
    ids = StringTable.build(f"folder{number % 7}/document-{number:06d}-of-a-collection.txt" for number in range(20_000))
    start = process_time()
    assert find_matching_rows(ids, pattern).tolist() == []
    assert process_time() - start < 0.2

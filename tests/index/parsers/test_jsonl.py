"""JSON lines: each line is a document, and a bad line costs only that line."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.parsers import jsonl
from index.types import Document, LoadProblem
from tests.index.parsers.conftest import Parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


def line(record: object) -> bytes:
    """One record as a line."""
    return json.dumps(record).encode() + b"\n"


def test_a_line_is_a_document(parse: Parse) -> None:
    """Id, title and text are fields of the document, and every other field is metadata."""
    data = line({"_id": "a", "title": "T", "text": "x", "year": 1998, "tags": ["b"]})
    assert parse("c.jsonl", data) == [Document("a", "x", "T", {"year": 1998, "tags": ["b"]})]


@pytest.mark.parametrize(
    ("record", "id"),
    [
        ({"_id": "a", "id": "b"}, "a"),
        ({"id": 7}, "7"),
        ({"_id": 0}, "0"),
        ({"_id": "", "id": "b"}, "b"),
        ({"_id": None}, "c.jsonl:1"),
        ({}, "c.jsonl:1"),
    ],
)
def test_ids(parse: Parse, record: dict[str, Any], id: str) -> None:
    """``_id``, else ``id``, else the file and line."""
    (item,) = parse("c.jsonl", line({**record, "text": "x"}))
    assert isinstance(item, Document)
    assert item.id == id


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"_id": "x", "te\n', "not one JSON value"),
        (b'{"text": NaN}\n', "NaN is not JSON"),
        (b"[" * 100_000 + b"\n", "not one JSON value"),
        (b'["text"]\n', "is a JSON list"),
        (b'{"title": "x"}\n', 'no "text"'),
        (b'{"text": 5}\n', 'no "text"'),
        (b'{"text": " \\n"}\n', 'empty "text"'),
        (b'{"text": "x", "title": 5}\n', "the invalid title 5"),
        (b'{"text": "x", "_id": true}\n', "the invalid id True"),
        (b'{"text": "x", "deep": ' + b"[" * 101 + b"]" * 101 + b"}\n", "nested more than 100 levels deep"),
        (b'{"text": "x", "_id": 1.5}\n', "the invalid id 1.5"),
        (b'{"text": "\xff"}\n', "is not UTF-8"),
        (b'{"text": "a\\ud83d"}\n', "half of a surrogate pair"),
        (b'{"text": "a", "_id": "\\uDE00"}\n', "half of a surrogate pair"),
        (b'{"text": "a", "deep": [{"\\ud83d": 1}]}\n', "half of a surrogate pair"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(parse: Parse, bad: bytes, reason: str) -> None:
    """The problem names file and line, and the lines around it are documents."""
    before, problem, after = parse("c.jsonl", line({"text": "x"}) + bad + line({"text": "y"}))
    assert isinstance(problem, LoadProblem)
    assert problem.where == "c.jsonl:2"
    assert reason in problem.reason
    assert isinstance(before, Document)
    assert isinstance(after, Document)
    assert after.id == "c.jsonl:3"


def test_whole_pairs_are_characters(parse: Parse) -> None:
    """An escaped pair of surrogates is one character, as JSON defines it."""
    assert parse("c.jsonl", b'{"_id": "a", "text": "\\ud83d\\ude00"}') == [Document("a", "😀")]


def test_empty_lines_are_counted_and_skipped(parse: Parse) -> None:
    """Line numbers are those of an editor; a byte-order mark is skipped too."""
    items = parse("c.jsonl", b"\xef\xbb\xbf" + line({"text": "x"}) + b"\n \r\n" + b'{"text": "y"}')
    assert [item.id for item in items if isinstance(item, Document)] == ["c.jsonl:1", "c.jsonl:4"]


def test_utf16_is_refused_once(parse: Parse) -> None:
    """A file in UTF-16 is one error, not one per line."""
    with pytest.raises(LoadError, match="must be UTF-8"):
        parse("c.jsonl", '{"text": "x"}\n'.encode("utf-16"))


def test_a_line_too_long_is_skipped(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line over the limit is a problem, is not held in memory, and does not shift the numbers."""
    monkeypatch.setattr(jsonl, "MAX_LINE_BYTES", 20)
    problem, after = parse("c.jsonl", b'{"text": "' + b"x" * 90 + b'"}\n{"text": "y"}\n')
    assert problem == LoadProblem("c.jsonl:1", "is longer than 20 bytes; split it into several documents")
    assert isinstance(after, Document)
    assert after.id == "c.jsonl:2"


def test_a_compressed_file_cut_off_keeps_its_beginning(parse: Parse, tmp_path: Path) -> None:
    """Documents before the damage are returned, then the damage is an error."""
    packed = gzip.compress(b"".join(line({"text": f"{i * 7919 % 10007}"}) for i in range(5000)))
    (tmp_path / "c.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    stream = iter(jsonl.parse_jsonl(tmp_path / "c.jsonl.gz", "c.jsonl.gz"))
    assert isinstance(next(stream), Document)
    with pytest.raises(LoadError, match="cannot be decompressed"):
        list(stream)


def test_what_is_not_compressed_says_so(parse: Parse) -> None:
    """A file named .gz that is not compressed is a LoadError."""
    with pytest.raises(LoadError, match="cannot be decompressed"):
        parse("c.jsonl.gz", line({"text": "x"}))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(TEXTS, min_size=1), st.booleans())
def test_texts_come_back(parse: Parse, texts: list[str], packed: bool) -> None:
    """Any text without lone surrogates comes back as it was written, except for CR."""
    data = b"".join(line({"text": text}) for text in texts)
    items = parse("c.jsonl.gz", gzip.compress(data)) if packed else parse("c.jsonl", data)
    expected = [text.replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    assert [item.text for item in items if isinstance(item, Document)] == expected


def test_metadata_may_be_nested(parse: Parse) -> None:
    """A hundred levels are accepted."""
    (item,) = parse("c.jsonl", b'{"text": "x", "deep": ' + b"[" * 100 + b"]" * 100 + b"}\n")
    assert isinstance(item, Document)


def test_the_first_of_two_lines_with_one_id_is_kept(parse: Parse) -> None:
    """The problem of the second names the line of the first."""
    first, problem = parse("c.jsonl", line({"_id": "a", "text": "x"}) + line({"id": "a", "text": "y"}))
    assert first == Document("a", "x")
    assert problem == LoadProblem("c.jsonl:2", "the document id 'a' is already used in c.jsonl:1; give each its own")

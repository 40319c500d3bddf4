"""Sidecars: title and metadata from TOML."""

import json
from pathlib import Path

import pytest

from index.errors import LoadError
from index.parsers.sidecar import Sidecar, read_sidecar
from index.types import Document

FILE = Path("notes/blame.txt")


def sidecar(folder: Path, source: bytes) -> Sidecar:
    """The sidecar with this source."""
    path = folder / "blame.txt.toml"
    path.write_bytes(source)
    return read_sidecar(path)


def test_title_and_metadata(tmp_path: Path) -> None:
    """The title is separate and every other key is metadata; a byte-order mark and CRLF are accepted."""
    source = '\ufefftitle = " Blame! "\r\nlanguage = "en"\r\nyear = 1998\r\n'.encode()
    assert sidecar(tmp_path, source) == Sidecar("Blame!", {"language": "en", "year": 1998})


def test_values_are_fit_for_json(tmp_path: Path) -> None:
    """Values that JSON does not have become strings, at any depth."""
    found = sidecar(tmp_path, b"day = 1998-06-23\nlist = [07:30:00, {x = inf}]\n[t]\nat = 1998-06-23T07:30:00Z\n")
    expected = {"day": "1998-06-23", "list": ["07:30:00", {"x": "inf"}], "t": {"at": "1998-06-23T07:30:00+00:00"}}
    assert json.loads(json.dumps(found.metadata, allow_nan=False)) == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"title = ", "not TOML"),
        (b"\xff", "not TOML"),
        (b"x = " + b"[" * 9000, "not TOML"),
        (b"title = 5", "invalid title 5"),
    ],
)
def test_a_broken_sidecar_is_refused(tmp_path: Path, source: bytes, reason: str) -> None:
    """What is not TOML or UTF-8, and a title that is not a string, is a LoadError."""
    with pytest.raises(LoadError, match=reason):
        sidecar(tmp_path, source)


def test_a_sidecar_overrides_its_own_file() -> None:
    """If a file is one document, the sidecar overrides it key by key."""
    document = Document("blame.txt", "x", "Old", {"language": "de", "year": 1})
    done = Sidecar("New", {"language": "en"}).apply_to(document, FILE, own=True)
    assert (done.title, done.metadata) == ("New", {"language": "en", "year": 1})


def test_a_sidecar_gives_lines_their_defaults() -> None:
    """If a document is one line of many, the line overrides the sidecar, and the file's name is not its title."""
    document = Document("a", "x", "Old", {"language": "de"})
    done = Sidecar("New", {"language": "en", "year": 1}).apply_to(document, FILE, own=False)
    assert (done.title, done.metadata) == ("Old", {"language": "de", "year": 1})
    assert Sidecar().apply_to(Document("a", "x"), FILE, own=False).title == ""


def test_the_stem_is_the_last_title() -> None:
    """A file without a title is called by its name."""
    assert Sidecar().apply_to(Document("blame.txt", "x"), FILE, own=True).title == "blame"


def test_searchable_fields_are_read(tmp_path: Path) -> None:
    """They are no metadata; anything but a list of names is refused."""
    assert sidecar(tmp_path, b'searchable_fields = ["abstract"]') == Sidecar(searchable_fields=("abstract",))
    for source in (b'searchable_fields = "abstract"', b"searchable_fields = [1]"):
        with pytest.raises(LoadError, match="invalid searchable_fields"):
            sidecar(tmp_path, source)


def test_searchable_fields_are_paragraphs_after_the_text() -> None:
    """Of each line of a file, if it has them; they stay metadata, and a file of its own has no such fields."""
    found = Sidecar(searchable_fields=("abstract", "authors", "year", "missing", "nested"))
    fields = {"abstract": "It\r\nends.", "authors": ["Ada", "Ben"], "year": 1998, "nested": {"a": 1}}
    line = found.apply_to(Document("1", "Text.", metadata=fields), Path("a.jsonl"), own=False)
    assert line.text == "Text.\n\nabstract: It\nends.\n\nauthors: Ada, Ben\n\nyear: 1998"
    assert line.metadata == fields
    assert found.apply_to(Document("a.md", "Text.", metadata=fields), Path("a.md"), own=True).text == "Text."

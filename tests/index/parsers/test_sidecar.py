"""Sidecars: TOML in, title and metadata out."""

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
    """The title is taken out and every other key is metadata; a mark and CRLF do no harm."""
    source = '\ufefftitle = "Blame!"\r\nlanguage = "en"\r\nyear = 1998\r\n'.encode()
    assert sidecar(tmp_path, source) == Sidecar("Blame!", {"language": "en", "year": 1998})


def test_values_are_fit_for_json(tmp_path: Path) -> None:
    """What TOML has and JSON has not becomes a string, at any depth."""
    found = sidecar(tmp_path, b"day = 1998-06-23\nlist = [07:30:00, {x = inf}]\n[t]\nat = 1998-06-23T07:30:00Z\n")
    expected = {"day": "1998-06-23", "list": ["07:30:00", {"x": "inf"}], "t": {"at": "1998-06-23T07:30:00+00:00"}}
    assert json.loads(json.dumps(found.metadata, allow_nan=False)) == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [(b"title = ", "not TOML"), (b"\xff", "not TOML"), (b"x = " + b"[" * 9000, "not TOML"), (b"title = 5", "title 5")],
)
def test_a_broken_one_is_refused(tmp_path: Path, source: bytes, reason: str) -> None:
    """No TOML, no UTF-8 and a title that is no string are ReadErrors."""
    with pytest.raises(LoadError, match=reason):
        sidecar(tmp_path, source)


def test_it_stands_over_its_own_file() -> None:
    """For a file that is one document the sidecar wins, key by key."""
    document = Document("blame.txt", "x", "Old", {"language": "de", "year": 1})
    done = Sidecar("New", {"language": "en"}).apply_to(document, FILE, own=True)
    assert (done.title, done.metadata) == ("New", {"language": "en", "year": 1})


def test_it_gives_lines_their_defaults() -> None:
    """For one line of many the line wins, key by key, and has no title of the file's name."""
    document = Document("a", "x", "Old", {"language": "de"})
    done = Sidecar("New", {"language": "en", "year": 1}).apply_to(document, FILE, own=False)
    assert (done.title, done.metadata) == ("Old", {"language": "de", "year": 1})
    assert Sidecar().apply_to(Document("a", "x"), FILE, own=False).title == ""


def test_the_stem_is_the_last_title() -> None:
    """A file that nobody gave a title is called by its name."""
    assert Sidecar().apply_to(Document("blame.txt", "x"), FILE, own=True).title == "blame"

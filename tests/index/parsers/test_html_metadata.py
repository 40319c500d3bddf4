"""What an HTML page declares about itself."""

from pathlib import Path

import pytest

from index.parsers.html import parse_html

BODY = "<p>" + "The cats of this page sleep on mats, and the dogs of it bark. " * 5
HEADS = {
    "<meta name=author content='Ann Lee'>": {"author": "Ann Lee"},
    "<meta name=Author content=Ann><meta name=author content=Bob>": {"author": ["Ann", "Bob"]},
    "<meta name=DC.creator content=Ann><meta name=DC.date content=2025-01-31>": {"author": "Ann", "date": "2025-01-31"},
    "<meta property=article:author content=https://x.org/ann>": {},
    "<meta property=article:published_time content=2025-01-31T10:00Z>": {"date": "2025-01-31T10:00Z"},
    "<meta name=keywords content='cats,  dogs'>": {"keywords": "cats, dogs"},
    "<meta name=description content='About&#10;cats'><meta name=x content=y>": {"description": "About cats"},
    "<meta name=author><meta content=Ann>": {},
}


@pytest.mark.parametrize("head", HEADS)
def test_declared_metadata(tmp_path: Path, head: str) -> None:
    """In any case, of several vocabularies; an address is no author, and nothing is guessed."""
    (tmp_path / "a.html").write_text(f"<html><head><title>T</title>{head}</head><body>{BODY}", encoding="utf-8")
    (document,) = parse_html(tmp_path / "a.html", "a.html")
    assert (document.title, document.metadata) == ("T", HEADS[head])


def test_the_language_of_the_page(tmp_path: Path) -> None:
    """That of the element counts more than that of a declaration."""
    head = "<head><title>T</title><meta http-equiv=Content-Language content=de></head>"
    for name, start, language in (("a", "<html lang=en-GB>", "en-GB"), ("b", "<html>", "de")):
        (tmp_path / f"{name}.html").write_text(f"<!doctype html>{start}{head}<body>{BODY}", encoding="utf-8")
        (document,) = parse_html(tmp_path / f"{name}.html", name)
        assert document.metadata == {"language": language}

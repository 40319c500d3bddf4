"""What holds for every parser of the table, whatever its format."""

import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.parsers import PARSERS, find_parser
from index.types import Document, LoadProblem
from tests.index.parsers.conftest import Parse
from tests.index.parsers.samples import HEADINGS, SAMPLES

HEAVY = {"trafilatura", "lxml", "pypdfium2", "markdown_it", "charset_normalizer", "webencodings"}


def documents(parse: Parse, extension: str) -> list[Document]:
    """The documents of the extension's sample, which has no problems."""
    items = parse("sample" + extension, SAMPLES[extension])
    assert not [item for item in items if isinstance(item, LoadProblem)]
    return [item for item in items if isinstance(item, Document)]


def test_every_parser_has_a_sample() -> None:
    """Whoever adds a parser adds a sample, and this suite runs over it."""
    assert set(SAMPLES) == set(PARSERS)


@pytest.mark.parametrize("extension", PARSERS)
def test_text_is_fit_to_be_indexed(parse: Parse, extension: str) -> None:
    """A text is not empty, can be encoded as UTF-8 (no lone surrogates), and has no CR."""
    assert documents(parse, extension)
    for document in documents(parse, extension):
        assert document.text.strip()
        assert document.text.encode("utf-8")
        assert "\r" not in document.text


@pytest.mark.parametrize("extension", PARSERS)
def test_headings_slice_to_their_words(parse: Parse, extension: str) -> None:
    """A heading's span is exactly the heading, and spans come in order without overlap."""
    for document in documents(parse, extension):
        spans = [(heading.start, heading.end) for heading in document.headings]
        assert [document.text[start:end] for start, end in spans] == HEADINGS.get(extension, [])
        flat = [offset for span in spans for offset in span]
        assert flat == sorted(flat)


@pytest.mark.parametrize("extension", PARSERS)
def test_places_begin_with_text(parse: Parse, extension: str) -> None:
    """Each after the one before it, with a name on one line."""
    for document in documents(parse, extension):
        starts = [place.start for place in document.places]
        assert starts == sorted(set(starts))
        assert all(document.text[start:].strip() for start in starts)
        assert all(place.name == " ".join(place.name.split()) != "" for place in document.places)


@pytest.mark.parametrize("extension", PARSERS)
def test_pages_begin_inside_the_text(parse: Parse, extension: str) -> None:
    """If there are pages, the first begins at 0 and every other one after the one before it."""
    for document in documents(parse, extension):
        assert list(document.pages) == sorted(set(document.pages))
        assert document.pages[:1] in ((), (0,))
        assert all(page <= len(document.text) for page in document.pages)


@pytest.mark.parametrize("extension", PARSERS)
def test_parsing_twice_gives_the_same(parse: Parse, extension: str) -> None:
    """A document depends only on the file, so that unchanged files are not embedded again."""
    assert documents(parse, extension) == documents(parse, extension)


@pytest.mark.parametrize("extension", PARSERS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_garbage_ends_in_a_document_or_a_reason(parse: Parse, extension: str, data: st.DataObject) -> None:
    """A cut, altered or random file gives fit documents, problems or a LoadError, never another error."""
    sample = SAMPLES[extension]
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, len(sample)))
    file = data.draw(st.sampled_from([sample[:start], sample[:start] + sample[end:], b""])) + data.draw(st.binary())
    try:
        items = parse("garbage" + extension, file)
    except LoadError:
        return
    texts = [item.text for item in items if isinstance(item, Document)]
    assert all(text.encode("utf-8") and "\r" not in text for text in texts if text)


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.TXT", ".txt"), ("v1.2.md", ".md"), ("corpus.v1.jsonl.gz", ".jsonl.gz"), ("a.jsonl", ".jsonl")],
)
def test_the_longest_extension_chooses(name: str, extension: str) -> None:
    """The longest known extension of the name chooses the parser, in either case."""
    assert find_parser(name) is PARSERS[extension]


@pytest.mark.parametrize("name", ["notes", "data.gz", "picture.png", "txt", ".txt"])
def test_other_names_have_no_parser(name: str) -> None:
    """A name without a known extension has no parser."""
    assert find_parser(name) is None


def test_the_table_imports_no_library() -> None:
    """A parser imports its library when it is called."""
    code = f"import sys, index.build.load; print(sorted({HEAVY!r} & set(sys.modules)))"
    root = Path(__file__).parents[3]
    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.adoc", "= a" + " " * 20_000 + "b"),
        ("a.adoc", "= " + "x *a" * 20_000),
        ("a.rst", "x *a" * 20_000 + "\n" + "=" * 80_000),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v " * 50_000),
    ],
)
def test_a_hostile_line_takes_linear_time(parse: Parse, name: str, line: str) -> None:
    """What was searched for with two repetitions in a row took minutes."""
    started = process_time()
    (document,) = parse(name, line.encode())
    assert isinstance(document, Document)
    assert process_time() - started < 2

"""OCR by tesseract, which these tests need: it is a package of Debian, and no library."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build.load import load_documents
from index.build.parser_process import ParseLimits
from index.errors import LoadError
from index.parsers import ocr
from index.parsers.pdf_file import PdfFile
from index.types import Document, LoadProblem
from tests.index.parsers.conftest import Parse
from tests.index.parsers.pdf_samples import draw, draw_picture, draw_prose

LINES = ["Killy walks through the City and", "looks for the net terminal genes."]
# CI installs it and skips nothing.
needs_tesseract = pytest.mark.skipif(
    not shutil.which("tesseract") and "CI" not in os.environ, reason="needs tesseract: apt-get install tesseract-ocr"
)


@pytest.fixture(autouse=True)
def options(monkeypatch: pytest.MonkeyPatch) -> Iterator[ocr.OcrOptions]:
    """The options of this process, restored afterwards."""
    chosen = ocr.OcrOptions(languages="eng")
    monkeypatch.setattr(ocr, "OPTIONS", chosen)
    yield chosen


def scan() -> bytes:
    """A page of text, and a picture of text."""
    return draw([draw_prose, lambda canvas: draw_picture(canvas, LINES)])


@needs_tesseract
def test_a_picture_of_text_is_read(parse: Parse) -> None:
    """Its words are the text of its page, and the metadata says how many pages were read so."""
    (document,) = parse("a.pdf", scan())
    assert isinstance(document, Document)
    assert document.text[document.pages[1] :] == " ".join(LINES)
    assert document.metadata["pages_by_ocr"] == 1


@needs_tesseract
def test_a_build_reads_pictures_within_its_limits(tmp_path: Path) -> None:
    """The settings reach the process that parses; off leaves the page out."""
    (tmp_path / "a.pdf").write_bytes(scan())
    loaded = load_documents(tmp_path, 10**8, ParseLimits(ocr="on", ocr_languages="eng"))
    assert loaded.documents[0].metadata["pages_by_ocr"] == 1
    loaded = load_documents(tmp_path, 10**8, ParseLimits(ocr="off"))
    assert [problem.where for problem in loaded.problems] == ["a.pdf page 2"]


@needs_tesseract
def test_a_picture_without_words_stays_a_problem(parse: Parse) -> None:
    """It is named with the reason, and the rest of the file is read."""
    document, problem = parse("a.pdf", draw([draw_prose, lambda canvas: draw_picture(canvas, [])]))
    assert isinstance(document, Document)
    assert problem == LoadProblem("a.pdf page 2", f"shows a picture without text; {ocr.UNREAD}")


@needs_tesseract
def test_a_page_has_limited_time(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes longer is given up, and the next file is read."""
    monkeypatch.setattr(ocr, "MAX_PAGE_SECONDS", 0.001)
    assert isinstance(parse("a.pdf", scan())[1], LoadProblem)


@needs_tesseract
def test_no_time_is_left_for_it(parse: Parse, options: ocr.OcrOptions) -> None:
    """What was read is kept if the time for the file has passed."""
    options.deadline = 0.0
    document, problem = parse("a.pdf", scan())
    assert isinstance(document, Document)
    assert problem == LoadProblem("a.pdf page 2", f"shows a picture without text; {ocr.UNREAD}")


@needs_tesseract
def test_a_page_that_cannot_be_drawn_does_not_cost_the_others(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a problem of its own."""

    def fail(*_: object, **__: object) -> None:
        raise LoadError("is damaged")

    monkeypatch.setattr(PdfFile, "render_page", fail)
    document, problem = parse("a.pdf", scan())
    assert isinstance(document, Document)
    assert isinstance(problem, LoadProblem)
    assert problem.where == "a.pdf page 2"


@needs_tesseract
def test_a_language_is_missing(parse: Parse, options: ocr.OcrOptions) -> None:
    """The problem names it and what to install, instead of blaming the page."""
    options.languages = "eng+xyz"
    problem = parse("a.pdf", scan())[1]
    assert isinstance(problem, LoadProblem)
    assert "install tesseract-ocr-xyz, or set ocr_languages to some of" in problem.reason
    options.mode = "on"
    with pytest.raises(LoadError, match="ocr is on, but tesseract has no language 'xyz'; install tesseract-ocr-xyz"):
        parse("a.pdf", scan())


def test_tesseract_is_missing(parse: Parse, options: ocr.OcrOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    """The problem says what to install; whoever set ocr to on gets an error instead."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert parse("a.pdf", scan())[1] == LoadProblem("a.pdf page 2", f"shows a picture without text; {ocr.MISSING}")
    options.mode = "on"
    with pytest.raises(LoadError, match="ocr is on, but tesseract is not installed"):
        parse("a.pdf", scan())

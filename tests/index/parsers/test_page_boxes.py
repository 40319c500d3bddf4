"""Words of a document's text on the pages of real PDF files: the box is around these words, or there is none."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from index.parsers import ocr
from index.parsers.page_boxes import PageBox, find_boxes
from index.parsers.pdf import parse_pdf
from index.parsers.pdf_file import PdfFile
from index.types import Document, Span
from tests.index.parsers import pdf_samples
from tests.index.parsers.samples import pdf

FILES = Path(__file__).parent / "files"
# Courier: every letter is as wide as this part of the size of the font.
LETTER_WIDTH, SIZE = 0.6, 10
LEFT, TOP, LEADING = 60, 700, 14
PAGE_HEIGHT = 800


@pytest.fixture(autouse=True)
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is the same with and without tesseract."""
    monkeypatch.setattr(ocr, "OPTIONS", ocr.OcrOptions(mode="off"))


@pytest.fixture
def locate(tmp_path: Path) -> Callable[..., list[PageBox]]:
    """A function that returns the boxes of words on a page of a file; ``nth`` says which, if they occur repeatedly."""

    def find(data: bytes, words: str, page: int = 1, nth: int = 0) -> list[PageBox]:
        document = read(tmp_path / "a.pdf", data)
        pages = [*document.pages, len(document.text)]
        text = document.text[pages[page - 1] : pages[page]]
        pattern = r"\s+".join(map(re.escape, words.split()))
        found = list(re.finditer(pattern, text))[nth]
        return find_in(data, text, Span(found.start(), found.end()), page)

    return find


def read(path: Path, data: bytes) -> Document:
    path.write_bytes(data)
    document = parse_pdf(path, "a.pdf")[0]
    assert isinstance(document, Document)
    return document


def find_in(data: bytes, text: str, span: Span, page: int = 1) -> list[PageBox]:
    with PdfFile(data) as file:
        return find_boxes(file.read_characters(page - 1).pieces, text, [span])


def read_below(data: bytes, boxes: Sequence[PageBox], page: int = 1) -> str:
    """Return the characters of a page whose middle is in one of the boxes, as pypdfium2 gives them."""
    with PdfFile(data) as file:
        characters = [one for piece in file.read_characters(page - 1).pieces for one in piece.characters]
    return "".join(
        one.text
        for one in characters
        if any(
            box.left <= (one.left + one.right) / 2 <= box.right and box.top <= (one.top + one.bottom) / 2 <= box.bottom
            for box in boxes
        )
    )


WORDS = st.text("abcdefgh(),.?-\"'", min_size=1, max_size=9)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=8)


def draw_courier(lines: Sequence[str]) -> Callable[[Canvas], None]:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Courier", SIZE)
        pdf_samples.draw_lines(canvas, lines, LEFT, TOP)

    return page


@settings(max_examples=30, deadline=None)
@given(LINES, st.data())
def test_the_boxes_cover_exactly_the_words(lines: list[str], data: st.DataObject) -> None:
    """On generated pages: all of their characters and no other, at the place that they were drawn at, or no box."""
    number = data.draw(st.integers(0, len(lines) - 1))
    line = lines[number]
    first = data.draw(st.sampled_from([at for at, sign in enumerate(line) if sign != " "]))
    last = data.draw(st.sampled_from([at for at, sign in enumerate(line) if sign != " " and at >= first]))
    text, offset = "\n".join(lines), sum(len(before) + 1 for before in lines[:number])
    file = pdf_samples.draw([draw_courier(lines)])
    boxes = find_in(file, text, Span(offset + first, offset + last + 1))
    if not boxes:
        return
    left = min(box.left for box in boxes)
    right = max(box.right for box in boxes)
    expected = LEFT + LETTER_WIDTH * SIZE * first, LEFT + LETTER_WIDTH * SIZE * (last + 1)
    assert (left, right) == pytest.approx(expected, abs=0.01)
    baseline = PAGE_HEIGHT - TOP + LEADING * number
    assert all(box.top < baseline <= box.bottom < baseline + LEADING for box in boxes)


def test_sentences_have_boxes(locate: Callable[..., list[PageBox]]) -> None:
    """The property above is not met by finding nothing: each line of a page is found."""
    file = pdf_samples.draw([pdf_samples.draw_prose])
    for words in pdf_samples.PROSE.split(". ")[:2]:
        boxes = locate(file, words)
        assert len(boxes) in {2, 3, 4}
        assert "".join(read_below(file, boxes).split()) == "".join(words.split())


def test_columns_that_are_drawn_in_turn(locate: Callable[..., list[PageBox]]) -> None:
    """The words are in the column that they were read from, in as many boxes as lines."""
    other = pdf_samples.PROSE.replace("Killy", "Sanakan")
    file = pdf_samples.draw([lambda canvas: pdf_samples.draw_columns_in_turn(canvas, pdf_samples.PROSE, other)])
    for words, side in (("and Killy looks for such", range(60, 300)), ("gene, and Sanakan looks", range(320, 600))):
        boxes = locate(file, words)
        assert boxes
        assert all(int(box.left) in side and int(box.right) in side for box in boxes)
        assert "".join(read_below(file, boxes).split()) == "".join(words.split())


def test_hyphens_and_ligatures(locate: Callable[..., list[PageBox]]) -> None:
    """A word that the text has without them is found in both of its lines, and a ligature is covered whole."""
    file = pdf_samples.draw([lambda canvas: pdf_samples.draw_lines(canvas, ["He looked for the labora-", "tory."])])
    upper, lower = locate(file, "laboratory")
    assert upper.left > lower.left == 60
    assert upper.bottom < lower.bottom
    differences = b"<< /Type /Encoding /Differences [ 65 /fi /fl ] >>"
    file = pdf(["Afth Boor of the tower"]).replace(b"/Encoding /WinAnsiEncoding", b"/Encoding " + differences)
    (whole,), (part,) = locate(file, "fifth floor"), locate(file, "ifth")
    assert whole.left == part.left


@pytest.mark.parametrize("words", ["administration of", "adminis-tration.", "first floor of the light-", "fortnight"])
def test_a_file_of_libreoffice(words: str) -> None:
    """Justified columns with divided words, in a subset of a font."""
    file = (FILES / "columns.pdf").read_bytes()
    document = parse_pdf(FILES / "columns.pdf", "a.pdf")[0]
    assert isinstance(document, Document)
    quote = words.replace("adminis-", "adminis")
    start = document.text.replace("\n", " ").index(quote)
    boxes = find_in(file, document.text, Span(start, start + len(quote)))
    below = read_below(file, boxes).replace("\x02", "-")
    assert "".join(below.split()) == "".join(words.split())


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (40, 100, 590, 790)])
def test_a_page_that_is_turned_or_cropped(
    locate: Callable[..., list[PageBox]], rotation: int, crop: tuple[int, int, int, int] | None
) -> None:
    """All that is black in its picture is in the box, which is hardly larger: both use the page as it is shown."""

    def page(canvas: Canvas) -> None:
        canvas.setPageRotation(rotation)
        canvas.translate(300, 400)
        # So that the words are upright as the page is shown.
        canvas.rotate(rotation)
        canvas.drawString(-90, 120, "Killy walks through the City.")

    file = pdf_samples.draw([page], **({"cropBox": crop} if crop else {}))
    (box,) = locate(file, "Killy walks through the City.")
    with PdfFile(file) as opened:
        picture = opened.render_page(0, 72, 10**7, colours=False)
        content = opened.read_characters(0)
    assert (picture.width, picture.height) == (round(content.width), round(content.height))
    rows = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width)
    ys, xs = np.nonzero(rows < 128)
    assert box.left - 1 <= xs.min() <= box.left + 4
    assert box.right - 4 <= xs.max() <= box.right + 1
    assert box.top - 1 <= ys.min() <= box.top + 6
    assert box.bottom - 6 <= ys.max() <= box.bottom + 1


def test_the_same_words_twice(locate: Callable[..., list[PageBox]]) -> None:
    """Each is told by its neighbours; if nothing tells them apart there is no box."""
    lines = ["Paris has seven levels.", "Lyon has seven levels.", "Lille has four."]
    file = pdf_samples.draw([draw_courier(lines)])
    first, second = (locate(file, "seven", nth=nth)[0] for nth in (0, 1))
    assert second.top - first.top == pytest.approx(LEADING)
    assert find_in(file, "Yes.", Span(0, 3)) == []
    assert find_in(pdf_samples.draw([draw_courier(["No. No."])]), "No.", Span(0, 2)) == []


def test_a_word_that_the_next_page_ends(locate: Callable[..., list[PageBox]]) -> None:
    """The text of the first page has all of it: its beginning is found there."""
    pages = [
        lambda canvas: pdf_samples.draw_lines(canvas, ["Cibo is a scientist of the labora-"]),
        lambda canvas: pdf_samples.draw_lines(canvas, ["tory below the City."]),
    ]
    file = pdf_samples.draw(pages)
    boxes = locate(file, "of the laboratory")
    assert read_below(file, boxes).replace("\x02", "-") == "of the labora"


def test_running_heads_do_not_mislead(locate: Callable[..., list[PageBox]]) -> None:
    """The words of a head that the text leaves out are found in the body, if they are there."""

    def page(canvas: Canvas, name: str) -> None:
        canvas.drawString(60, 780, "The Safeguard of the City")
        pdf_samples.draw_lines(canvas, [f"The Safeguard of the City protects {name} from everybody."])

    pages = [partial(page, name=name) for name in ("the Netsphere", "a level", "Toha", "no human")]
    (box,) = locate(pdf_samples.draw(pages), "The Safeguard of the City", page=3)
    assert box.top > 80


def test_pictures_of_text_have_no_boxes() -> None:
    """What OCR has read is not in the file, and neither is any other text that the page does not have."""
    scan = pdf_samples.draw([lambda canvas: pdf_samples.draw_picture(canvas, ["Killy walks."])])
    assert find_in(scan, "Killy walks.", Span(0, 12)) == []
    prose = pdf_samples.draw([pdf_samples.draw_prose])
    assert find_in(prose, "A text of another page, in which Killy walks.", Span(33, 38)) == []
    assert find_in(prose, pdf_samples.PROSE, Span(3, 4)) == []

"""Filled fields of PDF forms: their lines in the text, and their places on the page."""

from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import ArrayObject, ByteStringObject, NumberObject
from reportlab.pdfgen.canvas import Canvas

from index.parsers import ocr
from index.parsers.page_boxes import find_boxes
from index.parsers.page_fields import append_fields, describe_field, find_new_fields, locate_fields
from index.parsers.page_layout import TextBox
from index.parsers.page_text import PageTexts
from index.parsers.pdf import parse_pdf
from index.parsers.pdf_fields import FormField
from index.parsers.pdf_file import PdfFile
from index.types import Document, Heading, Span
from tests.index.parsers.conftest import Parse
from tests.index.parsers.form_samples import LINES, change_fields, draw_form, draw_text_field, fill, form
from tests.index.parsers.pdf_samples import draw, draw_lines, draw_prose

PAGE_HEIGHT = 800
HIDDEN, NO_VIEW, PASSWORD = 2, 32, 8192


@pytest.fixture(autouse=True)
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is the same with and without tesseract."""
    monkeypatch.setattr(ocr, "OPTIONS", ocr.OcrOptions(mode="off"))


def read(parse: Parse, data: bytes) -> Document:
    """The document of a file."""
    document = parse("a.pdf", data)[0]
    assert isinstance(document, Document)
    return document


def find(data: bytes, text: str, span: Span, page: int = 0) -> list[tuple[float, float, float, float]]:
    """The rectangles of words of a page."""
    with PdfFile(data) as file:
        boxes = find_boxes(file.read_characters(page).pieces, text, [span], file.read_fields(page))
    assert all((box.start, box.end) == (span.start, span.end) for box in boxes)
    return [(box.left, box.top, box.right, box.bottom) for box in boxes]


def test_filled_fields_are_lines(parse: Parse) -> None:
    """After the text of their page, with what describes them; empty fields and boxes that are not checked are not."""
    text = read(parse, draw([draw_form])).text
    assert text.split("\n\n")[-len(LINES) :] == LINES
    assert text.startswith("The hotel asks each guest for the following.")
    assert "Second name" not in text and "bus" not in text


def test_a_form_that_another_program_has_filled(parse: Parse) -> None:
    """Values of pypdf are read, and the name of a field that has no description."""
    filled = fill(form(tooltip=""), {"guest": "Bo Ek\nand  Åsa 😀"})
    assert read(parse, filled).text == "guest: Bo Ek and Åsa 😀"
    named = change_fields(form(tooltip="x" * 300), T="form[0].#page[0].full_name[0]")
    assert read(parse, named).text == "full_name: Ann Lee"


def test_a_value_that_is_drawn_on_the_page_is_not_repeated(parse: Parse) -> None:
    """At the place of its field, as some programs do, or with its description; elsewhere it says something else."""

    def page(canvas: object, words: str, left: int) -> None:
        canvas.drawString(left, 696, words)  # type: ignore[attr-defined]
        draw_text_field(canvas, tooltip="Name")  # type: ignore[arg-type]

    assert read(parse, draw([partial(page, words="Ann Lee", left=210)])).text == "Ann Lee"
    assert read(parse, draw([partial(page, words="Name: Ann Lee", left=60)])).text == "Name: Ann Lee"
    found = read(parse, draw([partial(page, words="Ask Ann Lee", left=60)])).text
    assert found == "Ask Ann Lee\n\nName: Ann Lee"
    flat = fill(draw([draw_form]), {"guest": "Ann Lee"}, flatten=True)
    assert read(parse, flat).text.count("Ann Lee") == 1


@pytest.mark.parametrize(("entry", "value"), [("F", HIDDEN), ("F", NO_VIEW), ("Ff", PASSWORD)])
def test_what_nobody_sees_is_left_out(parse: Parse, entry: str, value: int) -> None:
    """Hidden fields, and passwords."""
    page = draw([lambda canvas: (draw_prose(canvas), draw_text_field(canvas, "secret words"))[0]])
    assert "secret" in read(parse, page).text
    assert "secret" not in read(parse, change_fields(page, **{entry: NumberObject(value)})).text


def test_fields_beside_the_page_and_without_size_are_left_out(parse: Parse) -> None:
    """Nobody sees them either, and a frame around them would be nowhere."""
    for place in ({"x": 900}, {"y": -100}, {"width": 0}):
        assert "Ann" not in read(parse, draw([draw_prose, partial(draw_text_field, **place)])).text


def test_a_line_that_touches_a_field_does_not_hide_its_value() -> None:
    """The number of a question above is no answer."""
    field = FormField("Children", "2", False, 100, 100, 200, 120)
    above, inside = (TextBox("2 How many children?", 100, top, 200, top + 12, 10) for top in (90, 104))
    assert find_new_fields([field], [above]) == [field]
    assert find_new_fields([field], [inside]) == []


def test_many_widgets_of_one_long_value_cost_no_page(parse: Parse) -> None:
    """Each says the same, so a small file would take minutes to read."""

    def draw_widgets(canvas: Canvas) -> None:
        canvas.drawString(60, 740, "The hotel asks each guest.")
        for number in range(200):
            draw_text_field(canvas, "word " * 2000, maxlen=20_000, name=f"guest{number}", tooltip=f"Guest {number}")

    data = draw([draw_widgets])
    with PdfFile(data) as file:
        assert sum(len(field.value) for field in file.read_fields(0)) < 1_020_000
    assert read(parse, data).text.startswith("The hotel asks each guest.\n\nGuest 0: word word")


def test_pages_keep_their_fields_and_offsets(parse: Parse) -> None:
    """A page that shows nothing but a field has its text; pages and headings begin where they did."""

    def headed(canvas: object) -> None:
        canvas.setFont("Helvetica", 24)  # type: ignore[attr-defined]
        canvas.drawString(60, 760, "The city")  # type: ignore[attr-defined]
        canvas.setFont("Helvetica", 11)  # type: ignore[attr-defined]
        draw_prose(canvas)  # type: ignore[arg-type]

    first = partial(draw_text_field, tooltip="Name", name="one")
    last = partial(draw_text_field, tooltip="Name", name="two", value="Bo Ek")
    document = read(parse, draw([first, headed, last]))
    starts = [*document.pages, len(document.text) + 2]
    pages = [document.text[start : end - 2] for start, end in pairwise(starts)]
    assert (pages[0], pages[2]) == ("Name: Ann Lee", "Name: Bo Ek")
    assert pages[1].startswith("The city\n\nThe city grows")
    assert [document.text[one.start : one.end] for one in document.headings] == ["The city"]


def test_words_of_a_field_have_its_rectangle(parse: Parse) -> None:
    """Also those that the page shows elsewhere; those of the page have theirs, and a span over both has both."""
    data = draw([draw_form])
    text = read(parse, data).text
    start = text.index("Name: Ann Lee")
    expected = [(200, PAGE_HEIGHT - 710, 400, PAGE_HEIGHT - 690)]
    for words in ("Name: Ann Lee", "Ann", "Name"):
        at = text.index(words, start)
        assert find(data, text, Span(at, at + len(words))) == [pytest.approx(one) for one in expected]
    label = find(data, text, Span(text.index("Name of"), text.index("Name of") + len("Name of the guest")))
    assert len(label) == 1 and label[0][2] < 200
    both = find(data, text, Span(text.index("Name of"), text.index("Room")))
    assert len(both) == 3
    room = text.index("Double")
    assert find(data, text, Span(room, room + 6))[0][:2] == pytest.approx((60, PAGE_HEIGHT - 590), abs=1)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_rectangle_is_where_the_picture_shows_the_field(parse: Parse, rotation: int) -> None:
    """On a page that is turned, too: the value is drawn in it, and nowhere else."""

    def page(canvas: object) -> None:
        canvas.setPageRotation(rotation)  # type: ignore[attr-defined]
        draw_text_field(canvas, borderStyle="solid", borderWidth=1, y=500)  # type: ignore[arg-type]

    data = draw([page])
    text = read(parse, data).text
    ((left, top, right, bottom),) = find(data, text, Span(0, len(text)))
    with PdfFile(data) as opened:
        opened.open_form()
        picture = opened.render_page(0, 72, 10**7, colours=False)
    rows = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width)
    ys, xs = np.nonzero(rows < 128)
    assert left - 1 <= xs.min() <= left + 3 and right - 3 <= xs.max() <= right + 1
    assert top - 1 <= ys.min() <= top + 3 and bottom - 3 <= ys.max() <= bottom + 1


def test_damaged_forms_cost_no_page(parse: Parse) -> None:
    """Fields of no kind, of a wrong form, or that are not there; a form without fields is a page as before."""
    data = draw([lambda canvas: (draw_lines(canvas, ["Killy walks."]), draw_text_field(canvas))[0]])
    for old, new in ((b"/FT /Tx", b"/FT /Xx"), (b"/Rect [", b"/Rect ("), (b"/Annots [ ", b"/Annots [ 99 0 R ")):
        assert old in data
        assert "Killy walks." in read(parse, data.replace(old, new)).text
    empty = draw([lambda canvas: (draw_lines(canvas, ["Killy walks."]), draw_text_field(canvas, value=""))[0]])
    assert read(parse, empty).text == "Killy walks."


@pytest.mark.parametrize(
    ("entry", "value", "text"),
    [
        ("V", ArrayObject([NumberObject(3)]), ""),
        ("V", ByteStringObject(b"\xfe\xff\xd8\x00\x00a\x00\x00\x00b"), "\n\nguest: \ufffda b"),
        ("Rect", ArrayObject([NumberObject(10**40)] * 4), ""),
        ("Kids", "itself", "\n\nguest: Ann Lee"),
        ("Parent", "itself", "\n\nguest: Ann Lee"),
    ],
    ids=["array", "surrogate", "nowhere", "kids", "parent"],
)
def test_hostile_fields_cost_no_page(parse: Parse, entry: str, value: object, text: str) -> None:
    """Values of another type, half a character, a place that no page has, and fields inside of themselves."""
    data = draw([lambda canvas: (draw_lines(canvas, ["Killy walks."]), draw_text_field(canvas, tooltip=""))[0]])
    found = read(parse, change_fields(data, **{entry: value})).text
    # PDFium does not follow a loop, and may then know no field.
    assert found in ({f"Killy walks.{text}"} | ({"Killy walks."} if value == "itself" else set()))


WORDS = st.text("ab :.é\n", max_size=6)
FIELDS = st.lists(
    st.builds(
        lambda label, value, top: FormField(label, value, True, 10, top, 90, top + 10),
        st.text("ab:", max_size=3),
        st.text("ab :.", min_size=1, max_size=6).map(str.strip).filter(bool),
        st.integers(0, 300),
    ),
    max_size=4,
)


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS.map(str.strip), FIELDS), min_size=1, max_size=4))
def test_each_line_is_found_again(pages: list[tuple[str, list[FormField]]]) -> None:
    """In the text of its page, whatever the page says; every page and heading begins where it says."""
    bodies = ["\n\n".join(filter(None, body.split("\n\n"))) for body, _ in pages]
    starts = [sum(len(body) + 2 for body in bodies[:number]) for number in range(len(bodies))]
    headings = [Heading(start, start + len(body), 1) for start, body in zip(starts, bodies, strict=True) if body]
    fields = [find_new_fields(found, []) for _, found in pages]
    composed = append_fields(PageTexts("\n\n".join(bodies), starts, headings), fields)
    assert [composed.text[one.start : one.end] for one in composed.headings] == list(filter(None, bodies))
    ends = [*composed.starts[1:], len(composed.text) + 2]
    for start, end, body, expected in zip(composed.starts, ends, bodies, fields, strict=True):
        text = composed.text[start:end]
        located = locate_fields(text, expected)
        assert [field for _, field in located] == expected
        assert [text[span.start : span.end] for span, _ in located] == [describe_field(field) for field in expected]
        assert text.startswith(body)


def test_a_form_on_disk_is_read_alone(tmp_path: Path) -> None:
    """Without what another file has left behind in PDFium."""
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(draw([draw_form]))
    first, second = (parse_pdf(tmp_path / name, "x")[0] for name in ("a.pdf", "b.pdf"))
    assert first == second

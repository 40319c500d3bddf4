"""The order of columns, running heads, hyphens and paragraphs of PDF pages."""

from textwrap import wrap

from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from index.parsers.page_layout import TextBox, read_lines
from index.parsers.page_text import compose_pages
from index.parsers.running_heads import remove_running_heads
from index.types import Document
from tests.index.parsers.conftest import Parse
from tests.index.parsers.pdf_samples import PROSE, draw, draw_columns_in_turn, draw_lines, draw_prose


def text_of(parse: Parse, file: bytes) -> str:
    """The text of a file without problems."""
    (document,) = parse("a.pdf", file)
    assert isinstance(document, Document)
    return document.text


def lines(*texts: str, left: float = 0.0, height: float = 10.0) -> list[TextBox]:
    """Lines below each other, a character 5 points wide."""
    tops = (12.0 * number for number in range(len(texts)))
    return [TextBox(text, left, top, left + 5 * len(text), top + height) for top, text in zip(tops, texts, strict=True)]


def test_columns_that_are_drawn_in_turn(parse: Parse) -> None:
    """The left column is read to its end before the right one."""
    second = PROSE.replace("Killy", "Sanakan")
    text = text_of(parse, draw([lambda canvas: draw_columns_in_turn(canvas, PROSE, second)]))
    assert text.split() == (PROSE + second).split()


def test_columns_that_are_drawn_one_after_the_other(parse: Parse) -> None:
    """The order of the file is kept if it is that of reading."""

    def page(canvas: Canvas) -> None:
        draw_prose(canvas)
        draw_prose(canvas, PROSE.replace("Killy", "Sanakan"), left=320)

    assert text_of(parse, draw([page])).split() == (PROSE + PROSE.replace("Killy", "Sanakan")).split()


def test_a_title_above_columns_stays_above() -> None:
    """What crosses the space between the columns is read before what is below it."""
    prose = wrap(PROSE, 38)
    left = [TextBox(text, 0, 40 + 12 * n, 200, 50 + 12 * n) for n, text in enumerate(prose)]
    right = [TextBox(text, 220, 40 + 12 * n, 420, 50 + 12 * n) for n, text in enumerate(prose)]
    turns = [box for pair in zip(left, right, strict=True) for box in pair]
    title = TextBox("A title above both columns of the page", 100, 0, 320, 14)
    assert [line.text for line in read_lines([title, *turns])] == [title.text, *prose, *prose]


def test_rows_of_a_table_stay_together(parse: Parse) -> None:
    """Cells are no columns of text: each row is a line, in the order of its cells."""
    rows = [("Country", "Allowance", "Hotel"), *((f"Country {n}", f"{n}.00 EUR", f"{n}20.00 EUR") for n in range(8))]

    def page(canvas: Canvas) -> None:
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                canvas.drawString(60 + 150 * column, 700 - 14 * number, cell)

    assert text_of(parse, draw([page])).split("\n") == [" ".join(row) for row in rows]


def test_running_heads_are_left_out(parse: Parse) -> None:
    """Page numbers are nowhere, and a running head is only where it is first; the text of no page is lost."""

    def page(number: int, canvas: Canvas) -> None:
        canvas.drawString(60, 780, "Handbook of the megastructure")
        level = f"Level {number} is described here by a sentence of its own."
        draw_lines(canvas, [f"Invoice {number * 7} for the level", level, "It ends here.", f"Total {number * 9}"])
        canvas.drawString(280, 20, f"Page {number} of 4")

    text = text_of(parse, draw([lambda canvas, n=number: page(n, canvas) for number in range(1, 5)]))
    assert text.count("Handbook of the megastructure") == 1
    assert "Page " not in text
    kept = [word for n in range(1, 5) for word in (f"Level {n} is", f"Invoice {n * 7}", f"Total {n * 9}")]
    assert [word for word in kept if word not in text] == []


def test_headings_with_numbers_stay() -> None:
    """Numbers at the top of a page are those of the pages only if nothing else is in their line."""
    pages = [lines(f"Question {n}", f"What is on level {n}?", "Answer:", f"{n + 11}") for n in range(5)]
    found = [[line.text for line in page] for page in remove_running_heads(pages)]
    assert found[4] == ["Question 4", "What is on level 4?"]
    roman = [lines("Killy walks.", f"- {'i' * n} -") for n in range(1, 4)]
    assert [len(page) for page in remove_running_heads(roman)] == [1, 0, 0]


def test_what_is_on_two_pages_only_stays() -> None:
    """A line must be on three pages or more."""
    pages = [lines("Minutes of the meeting", f"Item {n} was discussed.") for n in range(2)]
    assert remove_running_heads(pages) == pages


def test_hyphenated_words_are_joined() -> None:
    """A word that is divided between two lines is one word, whichever sign divides it."""
    for hyphen in ("-", "\u00ad", "\u2010", "\x02"):
        texts = lines(f"Killy looks for the net termi{hyphen}", "nal genes of everybody who lives.")
        assert compose_pages([texts]).text == "Killy looks for the net terminal genes of everybody who lives."


def test_a_hyphen_stays_where_it_belongs() -> None:
    """It does in a word that the document has with it elsewhere, before a capital, and if it stands for a word."""
    known = lines("A well-known city of", "the north is a well-", "known city.")
    assert compose_pages([known]).text.endswith("is a well-known city.")
    assert compose_pages([lines("It was drawn by Jean-", "Paul.")]).text == "It was drawn by Jean-\nPaul."
    assert compose_pages([lines("Both pre- and post-", "and between-war cities")]).text.endswith(
        "post- and between-war cities"
    )


def test_a_word_that_is_divided_between_pages() -> None:
    """It is on the first page as a whole, and the second page begins with the next word."""
    found = compose_pages([lines("The megastruc-"), lines("ture grows.")])
    assert found.text == "The megastructure\n\ngrows."
    assert found.starts == [0, 19]


def test_paragraphs() -> None:
    """A wrapped line continues; a short line ends its paragraph, and so does a larger distance."""
    paragraph = wrap(PROSE, 60)
    moved = [TextBox(box.text, box.left, box.top + 300, box.right, box.bottom + 300) for box in lines(*paragraph)]
    found = compose_pages([[*lines(*paragraph), *moved]])
    assert found.text == f"{' '.join(paragraph)}\n\n{' '.join(paragraph)}"


@given(st.lists(st.lists(st.text("abc -.1•\u00ad", min_size=1, max_size=12), max_size=6), max_size=4))
def test_nothing_but_hyphens_and_space_is_lost(pages: list[list[str]]) -> None:
    """Every other character is in the text, in its order, and each page begins where it says."""
    found = compose_pages([lines(*page) for page in pages])
    drawn = "".join(text for page in pages for text in page)
    assert "".join(found.text.split()).replace("-", "") == "".join(drawn.replace("\u00ad", "").split()).replace("-", "")
    assert found.starts == sorted(set(found.starts)) and len(found.starts) == len(pages)

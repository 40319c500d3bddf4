"""HTML: the main text by blocks, the title, the encoding."""

import logging

import pytest

from index.errors import LoadError
from index.types import Document
from tests.index.parsers.conftest import Read
from tests.index.parsers.samples import html


def document(read: Read, data: bytes | str) -> Document:
    """The one document of a page."""
    (item,) = read("a.html", data.encode() if isinstance(data, str) else data)
    assert isinstance(item, Document)
    return item


def test_blocks(read: Read) -> None:
    """An empty line between blocks, a line an item or row, code as it is, and nothing around the article."""
    assert document(read, html()).text == (
        "Blame!\n\n"
        "Blame! is a manga series written by Tsutomu Nihei, first published in the magazine "
        "Afternoon by Kodansha. It follows a silent wanderer through a city that never ends.\n\n"
        "Plot and people\n\n"
        "Killy looks for the net terminal genes,\nwhich let people reach the Netsphere & its control.\n\n"
        "Killy, a wanderer\nCibo, a scientist\n\n"
        "Volumes\n\n"
        "Volume | Date\n1 | June 1998\n\n"
        'def walk():\n    return "on"'
    )


def test_title_and_levels(read: Read) -> None:
    """The title is the page's, and headings have the levels of their tags."""
    page = document(read, html())
    assert page.title == "Blame!"
    assert [heading.level for heading in page.headings] == [1, 2, 3]


@pytest.mark.parametrize(
    ("charset", "extra"),
    [
        ("utf-8", "ネットスフィア 😀 שלום"),
        ("windows-1251", "Город без конца."),
        ("shift_jis", "吾輩は猫である。"),
        ("iso-8859-1", "Où êtes-vous ?"),
        ("iso-2022-jp", "吾輩は猫である。"),
        ("gb2312", "无限之城"),
    ],
)
def test_the_declared_encoding_is_honoured(read: Read, charset: str, extra: str) -> None:
    """A page is read in the encoding that its meta element names."""
    assert extra in document(read, html(charset, extra)).text


@pytest.mark.parametrize("charset", ["utf-16", "utf-8-sig"])
def test_a_mark_outranks_the_declaration(read: Read, charset: str) -> None:
    """A byte-order mark is believed before a meta element."""
    page = html("utf-8", "שלום").decode().replace('charset="utf-8"', 'charset="koi8-r"')
    assert "שלום" in document(read, page.encode(charset)).text


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "rot13", "no-such-thing", "utf-16", "idna"])
def test_an_absurd_declaration_is_passed_over(read: Read, charset: str) -> None:
    """Names that are no encodings of the web do not decide how a page is read."""
    page = html("utf-8", "שלום").decode().replace('charset="utf-8"', f'charset="{charset}"')
    assert "שלום" in document(read, page).text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>One lone paragraph.</p>", "One lone paragraph."),
        ("<html><body><nav>Only a menu</nav></body></html>", "Only a menu"),
        ("Words without any mark", "Words without any mark"),
        ("<html><body><p>Short &amp; sweet.</p><script>evil()</script></body></html>", "Short & sweet."),
    ],
)
def test_a_page_without_main_text_gives_all_it_shows(read: Read, source: str, words: str) -> None:
    """Where no main text stands out, the text of the body is the document."""
    assert document(read, source).text == words


@pytest.mark.parametrize("source", ["", "<html><body></body></html>", "<script>evil()</script>", "<!-- note -->"])
def test_a_page_without_text_is_refused(read: Read, source: str) -> None:
    """A page that shows nothing is a LoadError that says what to do."""
    with pytest.raises(LoadError, match="shows no text; save the page"):
        read("a.html", source.encode())


def test_scripts_and_styles_are_never_text(read: Read) -> None:
    """Neither code nor style of the page reaches the index."""
    text = document(read, html()).text
    assert "evil" not in text
    assert "color" not in text


def test_references_cannot_smuggle(read: Read) -> None:
    """Character references for a surrogate, a NUL and a CR do not get past the decoding."""
    text = document(read, "<html><body><p>a&#xD800;b&#0;c&#13;d is some text of the page.</p></body></html>").text
    assert text.encode("utf-8")
    assert "\r" not in text


def test_no_word_on_the_log(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    """The complaints of trafilatura are silenced, and its logger is left as it was."""
    before = logging.getLogger("trafilatura").level
    with pytest.raises(LoadError):
        read("a.html", b"<p></p>")
    assert not caplog.records
    assert logging.getLogger("trafilatura").level == before

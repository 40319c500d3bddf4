"""HTML: the main text by blocks, the title, the encoding."""

import codecs
import logging
from time import process_time

import pytest
from webencodings.labels import LABELS

from index.errors import LoadError
from index.parsers import html
from index.types import Document
from tests.index.parsers.conftest import Parse
from tests.index.parsers.samples import PAGE
from tests.index.parsers.samples import html as html_page


def document(parse: Parse, data: bytes | str) -> Document:
    """The one document of a page."""
    (item,) = parse("a.html", data.encode() if isinstance(data, str) else data)
    assert isinstance(item, Document)
    return item


def test_blocks(parse: Parse) -> None:
    """Blocks and rows are separated by an empty line, items by a line break; code stays, and menus go."""
    assert document(parse, html_page()).text == (
        "Blame!\n\n"
        "Blame! is a manga series written by Tsutomu Nihei, first published in the magazine "
        "Afternoon by Kodansha. It follows a silent wanderer through a city that never ends.\n\n"
        "Plot and people\n\n"
        "Killy looks for the net terminal genes,\nwhich let people reach the Netsphere & its control.\n\n"
        "Killy, a wanderer\nCibo, a scientist\n\n"
        "Volumes\n\n"
        "Volume · Date\n\nVolume: 1 · Date: June 1998\n\n"
        'def walk():\n    return "on"'
    )


def test_title_and_levels(parse: Parse) -> None:
    """The title is that of the page, and headings have the levels of their tags."""
    page = document(parse, html_page())
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
        ("gb18030", "无限之城 😀"),
    ],
)
def test_the_declared_encoding_is_honoured(parse: Parse, charset: str, extra: str) -> None:
    """A page is read in the encoding that its meta element names."""
    assert extra in document(parse, html_page(charset, extra)).text


@pytest.mark.parametrize(("before", "codec"), [(4000, "koi8-r"), (4096, None)])
def test_a_declaration_must_be_near_the_beginning(before: int, codec: str | None) -> None:
    """It counts in the first 4,096 bytes, although the standard asks for 1,024."""
    assert html._find_declared_codec(b" " * before + b"<meta charset=koi8-r>") == codec


@pytest.mark.parametrize("charset", ["utf-16", "utf-8-sig"])
def test_a_mark_outranks_the_declaration(parse: Parse, charset: str) -> None:
    """A byte-order mark is believed before a meta element."""
    page = html_page("utf-8", "שלום").decode().replace('charset="utf-8"', 'charset="koi8-r"')
    assert "שלום" in document(parse, page.encode(charset)).text


@pytest.mark.parametrize(
    ("label", "encoding", "extra"),
    [
        ("gb2312", "gb18030", "无限之城 😀"),
        ("shift_jis", "cp932", "①髙"),
        ("x-sjis", "cp932", "①髙"),
        ("euc-kr", "cp949", "뷁"),
        ("iso-8859-1", "cp1252", "“€”"),
        ("iso-8859-9", "cp1254", "“€” İ"),
        ("ascii", "cp1252", "“€”"),
    ],
)
def test_a_declaration_means_what_browsers_take_it_for(parse: Parse, label: str, encoding: str, extra: str) -> None:
    """The label stands for the larger encoding of the WHATWG Encoding Standard, as pages expect."""
    page = PAGE.format(charset=label, extra=extra).encode(encoding)
    assert extra in document(parse, page).text


@pytest.mark.parametrize("label", sorted(LABELS))
def test_every_declaration_can_be_decoded(label: str) -> None:
    """Each label of the standard names a codec of Python, or none."""
    codec = html._find_declared_codec(f'<meta charset="{label}">'.encode())
    assert codec is None or codecs.lookup(codec)


@pytest.mark.parametrize(
    "charset", ["utf-7", "unicode_escape", "rot13", "no-such-thing", "utf-16", "idna", "x-user-defined"]
)
def test_an_absurd_declaration_is_ignored(parse: Parse, charset: str) -> None:
    """A name that is not an encoding of the web does not decide how a page is decoded."""
    page = html_page("utf-8", "שלום").decode().replace('charset="utf-8"', f'charset="{charset}"')
    assert "שלום" in document(parse, page).text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>One lone paragraph.</p>", "One lone paragraph."),
        ("<html><body><nav>Only a menu</nav></body></html>", "Only a menu"),
        ("Words without any mark", "Words without any mark"),
        ("<html><body><p>Short &amp; sweet.</p><script>evil()</script></body></html>", "Short & sweet."),
    ],
)
def test_a_page_without_main_text_gives_all_it_shows(parse: Parse, source: str, words: str) -> None:
    """If no main text is found, the text of the body is the document."""
    assert document(parse, source).text == words


@pytest.mark.parametrize("source", ["", "<html><body></body></html>", "<script>evil()</script>", "<!-- note -->"])
def test_a_page_without_text_is_refused(parse: Parse, source: str) -> None:
    """A page that shows nothing is a LoadError that says what to do."""
    with pytest.raises(LoadError, match="shows no text; save the page"):
        parse("a.html", source.encode())


def test_scripts_and_styles_are_never_text(parse: Parse) -> None:
    """Neither code nor style of the page reaches the index."""
    text = document(parse, html_page()).text
    assert "evil" not in text
    assert "color" not in text


def test_character_references_are_cleaned(parse: Parse) -> None:
    """Character references for a surrogate, a NUL and a CR do not reach the text."""
    text = document(parse, "<html><body><p>a&#xD800;b&#0;c&#13;d is some text of the page.</p></body></html>").text
    assert text.encode("utf-8")
    assert "\r" not in text


def test_the_library_logs_nothing(parse: Parse, caplog: pytest.LogCaptureFixture) -> None:
    """The messages of trafilatura are suppressed, and the level of its logger is restored."""
    before = logging.getLogger("trafilatura").level
    with pytest.raises(LoadError):
        parse("a.html", b"<p></p>")
    assert not caplog.records
    assert logging.getLogger("trafilatura").level == before


def test_a_page_of_very_many_items_takes_linear_time(parse: Parse) -> None:
    """Comparing the main text with that of justext takes a minute here, so a long page is not compared."""
    started = process_time()
    assert document(parse, "<li>a. A" * 12_000).text.count("a. A") > 10_000
    assert process_time() - started < 10

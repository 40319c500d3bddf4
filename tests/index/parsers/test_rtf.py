"""Rich Text Format: encodings, groups that are not shown, tables, and files made to harm."""

import pytest

from index.errors import LoadError
from index.types import Document
from tests.index.parsers.conftest import Parse

FONTS = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS Mincho;}}"


def read(parse: Parse, body: str, head: str = r"\ansi\ansicpg1252\deff0" + FONTS) -> Document:
    (document,) = parse("a.rtf", f"{{\\rtf1{head} {body}}}".encode("latin-1"))
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"caf\'e9 \f1\'cf\'f0 \f2\'83\'6c\'83b\'83g", "café Пр ネット"),
        (r"\u1055?\u-3913 ?{\uc2\u8364 xy}\uc0\u8364z", "П€€z"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"a\tab b\line c\~d\_e\-f\emdash\ldblquote g\rdblquote\{\}\\", "a b\nc d-ef—“g”{}\\"),
        ("split\r\n word\\\nnext", "split word\n\nnext"),
        (r"\u61623\'3f item", "item"),
        (r"{\*\unknown hidden}{\pict 00ff}{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}", "link"),
        (r"{\header Running}{\v hidden }{\deleted gone }shown{\bin3 }}}}", "shown"),
        (r"{\*\annotation comment}text", "text"),
        (r"\trowd\cellx1\cellx2\intbl a\cell b\cell\row c\cell d\cell", "a · b\n\nc · b: d"),
        (r"\trowd\cellx1\cellx2\intbl a\cell b\cell\pard after\par", "a · b\n\nafter"),
    ],
)
def test_words(parse: Parse, body: str, text: str) -> None:
    """Characters by font, by number and by name; what is not shown is left out."""
    assert read(parse, body).text == text


def test_headings_properties_and_notes(parse: Parse) -> None:
    """By the name of the style or the level; the note follows its paragraph."""
    head = r"\ansi{\stylesheet{\s0 Normal;}{\s7 heading 2;}{\s8\outlinelevel0 House;}{\s9 toc 1;}}"
    head += r"{\info{\title The plan}{\author Ada}{\keywords a, b}{\creatim\yr2026\mo1\dy31}{\company X}}"
    body = r"\pard\s7 Costs\par\pard\s8 More\par\pard\s9 Costs 3\par\pard\outlinelevel2 Deep\par"
    body += r"\pard Text{\footnote\pard See below.\par} here.\par"
    document = read(parse, body, head)
    assert document.text == "Costs\n\nMore\n\nDeep\n\nText here.\n\nFootnote: See below."
    assert [heading.level for heading in document.headings] == [2, 1, 3]
    assert (document.title, dict(document.metadata)) == (
        "The plan",
        {"author": "Ada", "tags": ["a", "b"], "date": "2026-01-31"},
    )


def test_merged_and_nested_cells(parse: Parse) -> None:
    """A wide cell moves the columns after it nowhere; a high one is repeated; the inner table follows."""
    rows = [
        (r"\cellx1000\cellx2000\cellx3000", "City Rooms Beds"),
        (r"\clvmgf\cellx1000\cellx2010\cellx3000", "Rome 4 8"),
    ]
    rows += [(r"\clvmrg\cellx1000\cellx3000", " full")]
    body = ""
    for edges, words in rows:
        body += rf"\trowd{edges}\pard\intbl " + "".join(rf"{word}\cell " for word in words.split(" ")) + r"\row "
    inner = (
        r"\pard\intbl\itap2 a\nestcell b\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}{\nonesttables\par}"
    )
    body += rf"\trowd\cellx1000\cellx2000{inner}\pard\intbl Oslo\cell 2\cell\row\pard\par"
    lines = ["City · Rooms · Beds", "Rome · Rooms: 4 · Beds: 8", "Rome · Rooms: full", "Oslo · Rooms: 2", "a · b"]
    assert read(parse, body).text.split("\n\n") == lines


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is damaged or not an .rtf file"),
        (b"no rtf", "is damaged or not an .rtf file"),
        (b"{\\rtf1 text", "is cut off"),
        (b"{\\rtf1 {text}", "is cut off"),
        (b"{\\rtf1 " + b"{" * 100_000, "has more than 1,000 groups inside each other"),
        (b"{\\rtf1 \\bin999999999 }", "is cut off"),
    ],
)
def test_bad_files_are_refused(parse: Parse, data: bytes, reason: str) -> None:
    """With a reason, and without following them."""
    with pytest.raises(LoadError, match=reason):
        parse("a.rtf", data)

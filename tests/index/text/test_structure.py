"""Headings, paragraphs and lists of sources."""

from pathlib import Path

import pytest

from index.text.sentences import PunctuatedNames
from index.text.structure import Sentence, is_heading, measure_run_in_heading, outline_document, strip_heading_marks
from index.types import Document, Heading, PassageKind

SEED = (Path(__file__).parents[3] / "seeds" / "blame.txt").read_text(encoding="utf-8")
FLAT = (
    "the town grew quickly after the railway came, and by the end of the century it had nine mills along the river. "
    "Its people spoke a dialect of their own. "
    * 8
    + "Economy Farming has been the mainstay of the valley since the monks drained the marsh. Wool was sold abroad. "
    * 1
    + "The weavers had a guild of their own, which kept a school and a hospital for its members. " * 6
    + "The Long Night A documentary about the flood of the valley was shown in 1999. It won a prize. "
    + "Deep Water Deep Water (also called The Weir) was a novel by a miller. It sold well. "
    + "References Miller, A. (1999). Floods. Retrieved May 2, 2005. Miller, B. (2001). Weirs. Retrieved May 3, 2005. "
    + "Weaver, C. (2002). Wool. Archived from the original on June 1, 2006. Weaver, D. (2003). Looms. Retrieved May 4, 2005."
)

# Nine words in title case, longer than any heading.
LONG_TITLE = " ".join(f"{letter}{'x' * 10}" for letter in "ABCDEFGHI")


def sections(text: str, **fields: object) -> list[Sentence]:
    return outline_document(Document("d", text, **fields), PunctuatedNames.learn_from([text]))


def headings(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sections(text) if is_heading(s)]


def test_the_headings_of_the_seed() -> None:
    """The headings that a person sees in the flattened article are found, and no others."""
    assert headings(SEED) == [
        "NSE: NetSphere Engineer",
        "Blame! Denki Ryōshi Kiki Kaisō Dasshutsu Sakusen",
        "Blame!: The Ancient Terminal City",
        "Film",
        "Reception",
        "Notes",
        "References",
        "External links",
    ]


def test_the_references_of_the_seed() -> None:
    """They begin with "Notes" and not before."""
    kinds = {SEED[s.start : s.end]: s.kind for s in sections(SEED)}
    body = [text for text, kind in kinds.items() if kind is PassageKind.BODY]
    assert all(SEED.index(text) < SEED.index("Notes References") for text in body)
    assert kinds["Notes"] is kinds["Mania."] is PassageKind.REFERENCE
    assert kinds["Pine, Jarred (November 14, 2005)."] is PassageKind.REFERENCE


def test_headings_run_into_any_flattened_text_are_found() -> None:
    """A section title, a run of capitals before a new sentence, and a repeated title are headings."""
    assert headings(FLAT) == ["Economy", "The Long Night", "Deep Water", "References"]
    assert [s.kind for s in sections(FLAT)].index(PassageKind.REFERENCE) > 20


@pytest.mark.parametrize(
    "sentence",
    [
        "The Lord of The Rings is long.",
        "New York City is large.",
        "President Barack Obama spoke.",
        "Duran Duran was a band.",
        "Film is a medium.",
        "History was made.",
        "Vitamin A is needed.",
        "The Master Plan: The city was built.",
        "The Lord of The rings is long.",
        "The Long Night A Documentary was shown.",
        f"{LONG_TITLE} {LONG_TITLE} was shown.",
        f"{LONG_TITLE} A film about the flood.",
        "He left.",
    ],
)
def test_an_ordinary_sentence_has_no_heading(sentence: str) -> None:
    """Capitals alone do not make a heading."""
    assert measure_run_in_heading(sentence) == 0


def test_short_text_is_not_taken_for_flattened() -> None:
    """A paragraph that begins with a capitalized phrase has no heading."""
    assert headings("Film Plans were announced. Reception Jarred Pine spoke.") == []


def test_lines_that_look_like_headings_are_headings() -> None:
    """Capitals, numbers, wiki marks and titles are; a line that ends like a sentence and the last line are not."""
    text = "THE SEA\n\nIt is wet.\n\n1.2 Salt\n\nIt is salty.\n\n== Fish ==\nThey swim.\n\nOf Ships and Men\n\nThey sail.\n\nThe Sea Ends.\n\nIt ends.\n\nThe End"
    assert headings(text) == ["THE SEA", "1.2 Salt", "== Fish ==", "Of Ships and Men"]
    titles = [strip_heading_marks(text, s.heading) for s in sections(text) if s.heading and is_heading(s)]
    assert titles == ["THE SEA", "1.2 Salt", "Fish", "Of Ships and Men"]


def test_lines_wrapped_by_hand_stay_together_and_verses_do_not() -> None:
    """A line break is kept if the next word would have fitted into the line."""
    wrapped = "The walrus is a large flippered marine mammal with a\ndiscontinuous distribution about the North Pole in\nthe Arctic Ocean and adjoining seas."
    assert len({s.paragraph for s in sections(wrapped)}) == 1
    verse = "The sun was shining on the sea,\nShining\nwith all his might\nhe did his very best to make it shine"
    assert len({s.paragraph for s in sections(verse)}) > 1


def test_list_items_are_paragraphs() -> None:
    """Each dash or number begins a paragraph."""
    assert len({s.paragraph for s in sections("Bring:\n- a rope\n- a knife\n1. a lamp")}) == 4


def test_a_text_that_cites_is_not_a_list_of_references() -> None:
    """Articles cite in their body; only an end that does little else is a list of sources."""
    body = "Cells divide (Smith, 2004). We measured how fast they do so in three cultures of our own over many weeks. "
    assert all(s.kind is PassageKind.BODY for s in sections(body * 12))


def test_a_section_of_references_may_be_anywhere() -> None:
    """The heading decides."""
    text = "History\n\nIt was built.\n\nReferences\n\nSee the archive.\n\nLegacy\n\nIt stands."
    kinds = {text[s.start : s.end]: s.kind for s in sections(text)}
    assert kinds["See the archive."] is PassageKind.REFERENCE
    assert kinds["It stands."] is kinds["It was built."] is PassageKind.BODY


def test_consecutive_headings_belong_to_the_next_section() -> None:
    """No heading is a section without text."""
    found = sections("BOOK ONE\n\nPART TWO\n\nText here.")
    assert [is_heading(s) for s in found] == [True, True, False]
    assert len({s.heading for s in found}) == 1


@pytest.mark.parametrize(("length", "count"), [(90, 1), (91, 0)])
def test_a_heading_is_short(length: int, count: int) -> None:
    """A longer line in title case is a sentence."""
    assert len(headings(f"The {'X' * (length - 4)}\n\nIt is so.")) == count


@pytest.mark.parametrize(("length", "found"), [(1499, []), (1500, ["Reception"])])
def test_only_a_long_paragraph_is_taken_for_flattened(length: int, found: list[str]) -> None:
    """Headings are searched in its sentences from 1,500 characters on."""
    text = "Reception Jarred Pine spoke. It was "
    assert headings(text + "x" * (length - len(text) - 1) + ".") == found


@pytest.mark.parametrize(("width", "paragraphs"), [(120, 1), (121, 3)])
def test_lines_wider_than_people_wrap_are_paragraphs(width: int, paragraphs: int) -> None:
    """Lines of up to 120 characters are taken for wrapped ones."""
    assert (
        len({s.paragraph for s in sections("\n".join(["xxxx " * (width // 5) + "x" * (width % 5)] * 3))}) == paragraphs
    )


@pytest.mark.parametrize(("room", "paragraphs"), [(13, 1), (14, 2)])
def test_wrapped_lines_may_be_ragged(room: int, paragraphs: int) -> None:
    """A line ends a paragraph if it is more than 8 characters shorter than the next word explains."""
    second = "about the North Pole in the Arctic Ocean and adjoining seas"
    first = "x" * (len(second) - room)
    assert len({s.paragraph for s in sections(f"{first}\n{second}")}) == paragraphs


BODY = "The town grew quickly after the railway came to the valley."


@pytest.mark.parametrize(
    ("citing", "end", "listed"),
    [
        (3, [], False),
        (4, [], True),
        (4, [BODY] * 2, True),
        (5, [BODY] * 3, False),
        (6, [BODY] * 3, True),
        (8, [BODY] * 4, False),
        (4, ["The weir was built of stone by the monk."] * 3, True),
        (4, ["The weir was built of stone by the monks."] * 3, False),
    ],
)
def test_what_a_list_of_sources_at_the_end_is(citing: int, end: list[str], listed: bool) -> None:
    """At least 4 sentences cite, twice as many as do not; 4 plain sentences end it, 40 characters count for neither."""
    source = "Retrieved May 2 from the archive of the town."
    kinds = [s.kind for s in sections("\n\n".join([*[BODY] * 5, *[source] * citing, *end]))]
    assert kinds[:5] == [PassageKind.BODY] * 5
    assert kinds[5:] == [PassageKind.REFERENCE if listed else PassageKind.BODY] * (citing + len(end))


def test_a_format_with_headings_has_no_others() -> None:
    """Neither lines in capitals nor flattened titles become headings beside those that the format marks."""
    text = f"# One\n\nTHE SEA\n\nReception Jarred Pine spoke. {'It was so. ' * 150}"
    found = [s for s in sections(text, headings=(Heading(0, 5),)) if is_heading(s)]
    assert [text[s.start : s.end] for s in found] == ["# One"]


def test_a_sentence_ends_with_its_page() -> None:
    """A passage is on one page, even if the sentence goes on."""
    text = "It rains on page one\nand it stops on page two."
    assert [s.end for s in sections(text, pages=(0, 21))] == [20, len(text)]


@pytest.mark.parametrize("pages", [(), (0, 8), (0, 9)])
def test_a_heading_of_a_wiki_may_begin_before_its_page(pages: tuple[int, ...]) -> None:
    """The line break after its marks ends a paragraph, wherever a page begins between them."""
    text = "== Sea ==\nThe sea is wide and it is deep."
    assert [text[s.start : s.end] for s in sections(text, pages=pages)][-1] == text[10:]


def test_a_row_of_a_table_is_no_heading() -> None:
    """Although it is a line of words with capitals, it has cells."""
    assert headings("France · Capital: Paris\n\nItaly · Capital: Rome\n\nThe end of it.") == []


@pytest.mark.parametrize("text", ["Title\n~~~~~", "''''''\n Title\n''''''", "# Title #", "Title\n-", "== Title =="])
def test_a_heading_is_named_without_its_marks(text: str) -> None:
    """Those of reStructuredText, Markdown, AsciiDoc and MediaWiki."""
    assert strip_heading_marks(text, Heading(0, len(text))) == "Title"


def test_words_of_a_format_name_a_heading() -> None:
    """Marks inside of it are known to its format alone; of a picture there may be none."""
    assert strip_heading_marks("## **Paid** leave", Heading(0, 17, 2, "Paid leave")) == "Paid leave"
    assert strip_heading_marks("# ![](x.png)", Heading(0, 12, 1, "")) == ""

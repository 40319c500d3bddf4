"""Headings, paragraphs and reference tails."""

from pathlib import Path

import pytest

from index.text.sentences import PunctuatedNames
from index.text.structure import Sentence, is_heading, measure_run_in_heading, outline_document, strip_heading_marks
from index.types import Document, PassageKind

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


def sections(text: str, **fields: object) -> list[Sentence]:
    return outline_document(Document("d", text, **fields), PunctuatedNames.learn_from([text]))


def headings(text: str) -> list[str]:
    return [text[s.span.start : s.span.end] for s in sections(text) if is_heading(s)]


def test_the_headings_of_the_seed() -> None:
    """Those that a reader sees in the flattened article, and no others."""
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


def test_the_reference_tail_of_the_seed() -> None:
    """From "Notes" on and nowhere before."""
    kinds = {SEED[s.span.start : s.span.end]: s.kind for s in sections(SEED)}
    body = [text for text, kind in kinds.items() if kind is PassageKind.BODY]
    assert all(SEED.index(text) < SEED.index("Notes References") for text in body)
    assert kinds["Notes"] is kinds["Mania."] is PassageKind.REFERENCE
    assert kinds["Pine, Jarred (November 14, 2005)."] is PassageKind.REFERENCE


def test_headings_run_into_any_flattened_text_are_found() -> None:
    """A section title, a run of capitals before a new sentence, a title taken up again."""
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
        "He left.",
    ],
)
def test_an_ordinary_sentence_has_no_heading(sentence: str) -> None:
    """Capitals alone do not make one."""
    assert measure_run_in_heading(sentence) == 0


def test_short_text_is_not_taken_for_flattened() -> None:
    """A paragraph that begins with a capitalised phrase is left alone."""
    assert headings("Film Plans were announced. Reception Jarred Pine spoke.") == []


def test_lines_that_stand_like_headings_are() -> None:
    """Capitals, numbers, wiki marks, titles; not a line that ends like a sentence, nor the last."""
    text = "THE SEA\n\nIt is wet.\n\n1.2 Salt\n\nIt is salty.\n\n== Fish ==\nThey swim.\n\nOf Ships and Men\n\nThey sail.\n\nIt ends.\n\nThe End"
    assert headings(text) == ["THE SEA", "1.2 Salt", "== Fish ==", "Of Ships and Men"]
    titles = [strip_heading_marks(text, s.heading) for s in sections(text) if s.heading and is_heading(s)]
    assert titles == ["THE SEA", "1.2 Salt", "Fish", "Of Ships and Men"]


def test_lines_wrapped_by_hand_stay_together_and_verses_do_not() -> None:
    """A break before which the next word would have fitted was meant."""
    wrapped = "The walrus is a large flippered marine mammal with a\ndiscontinuous distribution about the North Pole in\nthe Arctic Ocean and adjoining seas."
    assert len({s.paragraph for s in sections(wrapped)}) == 1
    verse = "The sun was shining on the sea,\nShining\nwith all his might\nhe did his very best to make it shine"
    assert len({s.paragraph for s in sections(verse)}) > 1


def test_list_items_are_paragraphs() -> None:
    """Each dash or number begins anew."""
    assert len({s.paragraph for s in sections("Bring:\n- a rope\n- a knife\n1. a lamp")}) == 4


def test_a_text_that_cites_is_no_list_of_references() -> None:
    """Science cites in its body; only a tail that does little else is apparatus."""
    body = "Cells divide (Smith, 2004). We measured how fast they do so in three cultures of our own over many weeks. "
    assert all(s.kind is PassageKind.BODY for s in sections(body * 12))


def test_a_section_of_references_is_one_wherever_it_stands() -> None:
    """A heading that says so is believed."""
    text = "History\n\nIt was built.\n\nReferences\n\nSee the archive.\n\nLegacy\n\nIt stands."
    kinds = {text[s.span.start : s.span.end]: s.kind for s in sections(text)}
    assert kinds["See the archive."] is PassageKind.REFERENCE
    assert kinds["It stands."] is kinds["It was built."] is PassageKind.BODY


def test_headings_in_a_row_belong_to_the_section_that_follows() -> None:
    """None is a section without text."""
    text = "# Book\n\n## Part\n\nText."
    found = sections("BOOK ONE\n\nPART TWO\n\nText here.")
    assert len({s.heading for s in found}) == 1
    assert text

"""Documents are split into passages and units."""

from collections.abc import Sequence
from itertools import pairwise
from time import process_time
from unicodedata import normalize

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.chunking import GRAPHEME, ChunkSizes, make_units, split_into_passages
from index.text.sentences import PunctuatedNames
from index.types import Document, Encoder, Heading, Passage, Place
from tests.doubles import WordEncoder

COUNT = WordEncoder().count_tokens
SMALL = ChunkSizes(max_chars=120, target_chars=90, max_tokens=40)
ODD = st.text(alphabet=st.sampled_from("aB9 .!?;,:\n\t-–#*\"'“”()…。、あ漢😀\u0301\u200dשא\u00a0"), max_size=400)
PIECES = st.lists(
    st.sampled_from(
        [
            "The cat sat on the mat. ", "Is it so? ", "Yes! ", "Yahoo! was there, and Yahoo! is. ", "これは文です。", "مرحبا. ",
            "\n\n", "\n", "HEADING\n\n", "1. item\n", "- item two\n", "Dr. Who came (see p. 5). ", "x" * 150 + " ", "😀" * 40,
            "a, b; c, d: e " * 12, "Pine, J. (2004). Retrieved May 2, 2005. ", "References\n\n", "e\u0301" * 30,
        ]
    ),
    max_size=25,
).map("".join)  # fmt: skip


def split(text: str, sizes: ChunkSizes = SMALL) -> list[Passage]:
    return split_into_passages(Document("d", text, "Title"), PunctuatedNames.learn_from([text]), sizes, COUNT)


@given(st.one_of(ODD, PIECES, st.text(max_size=300)))
def test_passages_cover_any_text(text: str) -> None:
    """They are in order and do not overlap, only white space is between them, and none is empty."""
    edges = [0, *(edge for p in split(text) for edge in (p.start, p.end)), len(text)]
    assert all(a <= b for a, b in pairwise(edges))
    assert not any(text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert all(p.start < p.end for p in split(text))


@given(st.one_of(ODD, PIECES, st.text(max_size=300)))
def test_sentences_lie_in_order_inside_their_passage(text: str) -> None:
    """There is at least one, without white space around it, and with the heading they cover the passage."""
    for passage in split(text):
        spans = passage.sentences
        assert passage.start <= spans[0].start
        assert spans[-1].end == passage.end
        assert all(a.end <= b.start for a, b in pairwise(spans))
        assert all(text[s.start : s.end] == text[s.start : s.end].strip() != "" for s in spans)
        assert not any(text[a.end : b.start].strip() for a, b in pairwise(spans))


@given(st.one_of(ODD, PIECES, st.text(max_size=300)))
def test_no_passage_exceeds_the_limits(text: str) -> None:
    """Neither characters nor tokens are too many, so that the encoder truncates nothing."""
    for passage in split(text):
        assert passage.end - passage.start <= SMALL.max_chars
        assert COUNT([text[passage.start : passage.end]])[0] <= SMALL.max_tokens


@given(PIECES)
def test_splitting_is_deterministic(text: str) -> None:
    """The same text gives the same passages, on which incremental builds rely."""
    assert split(text) == split(text)


@given(st.one_of(ODD, PIECES))
def test_units_are_the_sentences_and_the_whole(text: str) -> None:
    """Each sentence is a unit and so is all of the passage, in the order of the passages."""
    found = split(text)
    for unit in make_units(found):
        assert found[unit.passage].start <= unit.start < unit.end <= found[unit.passage].end
    assert [u.passage for u in make_units(found)] == sorted(u.passage for u in make_units(found))
    for position, passage in enumerate(found):
        spans = {(s.start, s.end) for s in passage.sentences} | {(passage.sentences[0].start, passage.end)}
        assert {(u.start, u.end) for u in make_units(found) if u.passage == position} == spans


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["🙂👩‍👩‍👧‍👦" * 300, "漢字仮名交じり文を続けて書く" * 60, "antidisestablishmentarianism " * 80, "ｱ" * 900, "\u0301" * 700]
)  # fmt: skip
def test_the_real_tokenizer_is_never_exceeded(text: str, encoder: Encoder) -> None:
    """Scripts with several tokens per character are split by tokens, not by characters."""
    sizes = ChunkSizes(max_tokens=encoder.max_tokens * 3 // 4)
    found = split_into_passages(Document("d", text), PunctuatedNames(), sizes, encoder.count_tokens)
    assert max(encoder.count_tokens([text[p.start : p.end] for p in found])) <= encoder.max_tokens


def test_sentences_that_fit_are_whole() -> None:
    """No cut falls inside a sentence that is short enough."""
    text = " ".join(f"Sentence number {i} says something short." for i in range(40))
    assert all(text[: p.end].endswith("short.") and text[p.start :].startswith("Sentence") for p in split(text))


def test_a_long_sentence_is_cut_at_its_clauses() -> None:
    """A semicolon is preferred to a comma, and a comma to a space."""
    text = (
        "The first half of this long sentence goes on, and on it goes; the second half says more, and then some more."
    )
    first, second = split(text, ChunkSizes(max_chars=80, target_chars=60))
    assert text[first.start : first.end].endswith("on it goes;")
    assert text[second.start :].startswith("the second half")


def test_a_grapheme_is_not_split() -> None:
    """A family emoji of seven code points stays whole even if there is no space to split at."""
    family = "👩‍👩‍👧‍👦"
    text = family * 40
    assert all((p.end - p.start) % len(family) == 0 for p in split(text))


def test_headings_are_hard_stops_and_belong_to_what_follows() -> None:
    """A passage has one heading, begins with it if it is the first of its section, and never contains the next."""
    text = "# One\n\nCats purr.\n\n# Two\n\nDogs bark. They dig."
    headings = (Heading(0, 5), Heading(text.index("# Two"), text.index("# Two") + 5))
    found = split_into_passages(Document("d", text, headings=headings), PunctuatedNames(), SMALL, COUNT)
    assert [(p.heading, text[p.start : p.end]) for p in found] == [
        ("One", "# One\n\nCats purr."),
        ("Two", "# Two\n\nDogs bark. They dig."),
    ]
    assert [text[s.start : s.end] for s in found[1].sentences] == ["Dogs bark.", "They dig."]


def test_pages_are_numbered_from_one() -> None:
    """A passage knows the page on which it begins."""
    text = "Page one is short.\n\nPage two is short, too."
    found = split_into_passages(Document("d", text, pages=(0, 20)), PunctuatedNames(), SMALL, COUNT)
    assert [p.page for p in found] == [1, 2]
    assert [p.location for p in found] == ["page 1", "page 2"]


def test_a_passage_is_in_one_place() -> None:
    """It has the name of the place, and none before the first place."""
    text = "Birds sing.\n\nCats sleep.\n\nRats run."
    places = (Place(13, "slide 1"), Place(26, "slide 2"))
    found = split_into_passages(Document("d", text, places=places), PunctuatedNames(), SMALL, COUNT)
    assert [(text[p.start : p.end], p.location) for p in found] == [
        ("Birds sing.", None),
        ("Cats sleep.", "slide 1"),
        ("Rats run.", "slide 2"),
    ]


def test_passages_are_even() -> None:
    """Six equal sentences of which four would fit make two passages of three, not of four and two."""
    sentence = "This is a sentence of a length. "
    found = split(sentence * 6, ChunkSizes(max_chars=130, target_chars=104))
    assert [len(p.sentences) for p in found] == [3, 3]


@given(st.one_of(PIECES, st.text(st.sampled_from("ﷺ각ǅａ한㌀b. "), max_size=200)))
def test_text_that_a_tokenizer_expands_is_split_in_time(text: str) -> None:
    """A tokenizer that normalizes (NFKC) and counts bytes sees 18 letters in one Arabic ligature."""

    def count(texts: Sequence[str]) -> list[int]:
        return [len(normalize("NFKC", text).encode()) + 2 for text in texts]

    sizes = ChunkSizes(max_chars=120, target_chars=90, max_tokens=192)
    for passage in split_into_passages(Document("d", text), PunctuatedNames(), sizes, count):
        for span in passage.sentences:
            assert count([text[span.start : span.end]])[0] <= 192


@pytest.mark.slow
@settings(max_examples=60)
@given(text=st.one_of(st.text(max_size=600), PIECES))
def test_any_text_fits_the_real_model(text: str, encoder: Encoder) -> None:
    """No part of a passage is beyond the limit at which the model truncates."""
    sizes = ChunkSizes(max_tokens=encoder.max_tokens * 3 // 4)
    found = split_into_passages(Document("d", text), PunctuatedNames(), sizes, encoder.count_tokens)
    assert all(n <= encoder.max_tokens for n in encoder.count_tokens([text[p.start : p.end] for p in found]))


def test_paragraphs_are_kept_whole_if_possible() -> None:
    """Of two ways to group four sentences, the one that splits no paragraph is chosen."""
    text = "Cats sleep on mats all day. They wake at night.\n\nDogs dig in the garden. They bark at cats at night."
    found = split(text, ChunkSizes(max_chars=80, target_chars=60))
    assert [text[p.start : p.end].count(".") for p in found] == [2, 2]


@pytest.mark.parametrize(("room", "count"), [(47, 1), (46, 2)])
def test_a_passage_may_be_as_long_as_the_limit(room: int, count: int) -> None:
    """Exactly as long, and not one character longer."""
    text = "Cats sleep on mats all day. They wake at night."
    assert len(split(text, ChunkSizes(max_chars=room, target_chars=room))) == count


@pytest.mark.parametrize(("length", "passages"), [(60, 1), (68, 2)])
def test_joining_paragraphs_has_a_price(length: int, passages: int) -> None:
    """Short paragraphs share a passage; longer ones do not, though together they are nearer the target of 100."""
    paragraph = f"It was {'x' * (length - 8)}."
    assert len(split(f"{paragraph}\n\n{paragraph}", ChunkSizes(150, 100))) == passages


@pytest.mark.parametrize(("length", "sentences"), [(21, [6]), (22, [3, 3])])
def test_a_fifth_sentence_has_a_price(length: int, sentences: list[int]) -> None:
    """Six short sentences make one passage; six longer ones do not, though together they are nearer the target."""
    text = " ".join([f"It was {'x' * (length - 8)}."] * 6)
    assert [len(passage.sentences) for passage in split(text, ChunkSizes(150, 100))] == sentences


@pytest.mark.parametrize(("first", "end"), [(30, "clause;"), (10, "comma,")])
def test_a_sentence_is_cut_near_its_middle(first: int, end: str) -> None:
    """A better mark far from the middle is not used, or short fragments would remain."""
    text = f"{'x' * first} clause; {'y' * (50 - first)} comma, {'z' * 50}"
    assert text[: split(text, ChunkSizes(max_chars=100, target_chars=80))[0].end].endswith(end)


@pytest.mark.parametrize(("tokens", "passages"), [(9, 2), (10, 1)])
def test_the_tokens_of_a_passage_are_those_of_its_sentences(tokens: int, passages: int) -> None:
    """Two sentences of five tokens each make one passage only if ten tokens are allowed."""

    def count(texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    document = Document("d", "Cats sleep long. Dogs dig deep.")
    sizes = ChunkSizes(max_tokens=tokens)
    assert len(split_into_passages(document, PunctuatedNames(), sizes, count)) == passages


def test_short_pieces_are_counted_if_they_might_not_fit() -> None:
    """Ten characters of four bytes and two special tokens are more than 41 tokens."""

    def count(texts: Sequence[str]) -> list[int]:
        return [len(text.encode()) + 2 for text in texts]

    found = split_into_passages(Document("d", "😀" * 10), PunctuatedNames(), ChunkSizes(max_tokens=41), count)
    assert [passage.end - passage.start for passage in found] == [5, 5]


@pytest.mark.parametrize(
    ("unit", "length"), [("Ab! ", 10_000), ("a\n\n", 10_000), ("\U0001f1e6", 8_000), ("Reception ", 100_000)]
)
def test_repetitive_text_takes_linear_time(unit: str, length: int) -> None:
    """Very short sentences, flags and headings run into each other: four times the text takes four times as long."""

    def measure(text: str) -> float:
        started = process_time()
        split(text, ChunkSizes())
        return process_time() - started

    short = unit * (length // len(unit))
    once, four_times = (min(measure(text) for _ in range(3)) for text in (short, 4 * short))
    assert four_times < 8 * once


@given(
    st.text(
        alphabet="\U0001f1e6\U0001f1e7\u0301\u200d\u200ca\U0001f468\U0001f3fb\u0903\u0600\u1100\u1161\r\n ", max_size=30
    )
)
def test_graphemes_are_those_of_unicode(text: str) -> None:
    """Flags, which have a pattern of their own, are where the pattern of all graphemes finds them."""
    assert [m.span() for m in GRAPHEME.finditer(text)] == [m.span() for m in regex.finditer(r"\X", text)]

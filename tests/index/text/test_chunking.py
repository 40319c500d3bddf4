"""Documents into passages and units."""

from collections.abc import Sequence
from itertools import pairwise
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.chunking import ChunkSizes, make_units, split_into_passages
from index.text.sentences import PunctuatedNames
from index.types import Document, Encoder, Heading, Passage
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


def cut(text: str, chunking: ChunkSizes = SMALL) -> list[Passage]:
    return split_into_passages(Document("d", text, "Title"), PunctuatedNames.learn_from([text]), chunking, COUNT)


@given(st.one_of(ODD, PIECES, st.text(max_size=300)))
def test_passages_tile_any_text(text: str) -> None:
    """In order, apart, with nothing but white space between them; none is empty."""
    edges = [0, *(edge for p in cut(text) for edge in (p.start, p.end)), len(text)]
    assert all(a <= b for a, b in pairwise(edges))
    assert not any(text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert all(p.start < p.end for p in cut(text))


@given(st.one_of(ODD, PIECES, st.text(max_size=300)))
def test_sentences_lie_in_order_inside_their_passage(text: str) -> None:
    """Trimmed, apart, at least one, and with the heading they cover the passage."""
    for passage in cut(text):
        spans = passage.sentences
        assert passage.start <= spans[0].start
        assert spans[-1].end == passage.end
        assert all(a.end <= b.start for a, b in pairwise(spans))
        assert all(text[s.start : s.end] == text[s.start : s.end].strip() != "" for s in spans)
        assert not any(text[a.end : b.start].strip() for a, b in pairwise(spans))


@given(st.one_of(ODD, PIECES, st.text(max_size=300)))
def test_no_passage_is_longer_than_the_bounds(text: str) -> None:
    """Neither in characters nor in tokens, so that nothing can be cut off."""
    for passage in cut(text):
        assert passage.end - passage.start <= SMALL.max_chars
        assert COUNT([text[passage.start : passage.end]])[0] <= SMALL.max_tokens


@given(PIECES)
def test_cutting_is_repeatable(text: str) -> None:
    """The same text gives the same passages, which incremental builds rely on."""
    assert cut(text) == cut(text)


@given(st.one_of(ODD, PIECES))
def test_units_are_the_sentences_and_the_whole(text: str) -> None:
    """Each sentence once, all together once, inside the passage, in the order of the passages."""
    found = cut(text)
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
    """Scripts of many tokens a character are cut by tokens, not by characters."""
    chunking = ChunkSizes(max_tokens=encoder.max_tokens * 3 // 4)
    found = split_into_passages(Document("d", text), PunctuatedNames(), chunking, encoder.count_tokens)
    assert max(encoder.count_tokens([text[p.start : p.end] for p in found])) <= encoder.max_tokens


def test_sentences_are_whole_where_they_fit() -> None:
    """No cut falls inside a sentence that is short enough."""
    text = " ".join(f"Sentence number {i} says something short." for i in range(40))
    assert all(text[: p.end].endswith("short.") and text[p.start :].startswith("Sentence") for p in cut(text))


def test_a_long_sentence_is_cut_at_its_clauses() -> None:
    """At a semicolon before a comma, at a comma before a space."""
    text = (
        "The first half of this long sentence goes on, and on it goes; the second half says more, and then some more."
    )
    first, second = cut(text, ChunkSizes(max_chars=80, target_chars=60))
    assert text[first.start : first.end].endswith("on it goes;")
    assert text[second.start :].startswith("the second half")


def test_a_grapheme_is_not_torn() -> None:
    """A family emoji of seven code points stays one even where there is no space to cut at."""
    family = "👩‍👩‍👧‍👦"
    text = family * 40
    assert all((p.end - p.start) % len(family) == 0 for p in cut(text))


def test_headings_are_hard_stops_and_belong_to_what_follows() -> None:
    """A passage has one heading, begins with it where it is the first, and never runs on into the next."""
    text = "# One\n\nCats purr.\n\n# Two\n\nDogs bark. They dig."
    headings = (Heading(0, 5), Heading(text.index("# Two"), text.index("# Two") + 5))
    found = split_into_passages(Document("d", text, headings=headings), PunctuatedNames(), SMALL, COUNT)
    assert [(p.heading, text[p.start : p.end]) for p in found] == [
        ("One", "# One\n\nCats purr."),
        ("Two", "# Two\n\nDogs bark. They dig."),
    ]
    assert [text[s.start : s.end] for s in found[1].sentences] == ["Dogs bark.", "They dig."]


def test_pages_are_numbered_from_one() -> None:
    """A passage says the page on which it begins."""
    text = "Page one is short.\n\nPage two is short, too."
    found = split_into_passages(Document("d", text, pages=(0, 20)), PunctuatedNames(), SMALL, COUNT)
    assert [p.page for p in found] == [1, 2]


def test_passages_are_even() -> None:
    """Six equal sentences of which four would fit make two threes, not a four and a two."""
    sentence = "This is a sentence of a length. "
    found = cut(sentence * 6, ChunkSizes(max_chars=130, target_chars=104))
    assert [len(p.sentences) for p in found] == [3, 3]


@given(st.one_of(PIECES, st.text(st.sampled_from("ﷺ각ǅａ한㌀b. "), max_size=200)))
def test_text_that_a_tokenizer_unfolds_is_cut_in_time(text: str) -> None:
    """One that normalises (NFKC) and then counts bytes: a sign of the Prophet's blessing is 18 letters."""

    def count(texts: Sequence[str]) -> list[int]:
        return [len(normalize("NFKC", text).encode()) + 2 for text in texts]

    chunking = ChunkSizes(max_chars=120, target_chars=90, max_tokens=192)
    for passage in split_into_passages(Document("d", text), PunctuatedNames(), chunking, count):
        for span in passage.sentences:
            assert count([text[span.start : span.end]])[0] <= 192


@pytest.mark.slow
@settings(max_examples=60)
@given(text=st.one_of(st.text(max_size=600), PIECES))
def test_any_text_fits_the_real_model(text: str, encoder: Encoder) -> None:
    """Nothing of a passage is behind the limit at which the model cuts off."""
    chunking = ChunkSizes(max_tokens=encoder.max_tokens * 3 // 4)
    found = split_into_passages(Document("d", text), PunctuatedNames(), chunking, encoder.count_tokens)
    assert all(n <= encoder.max_tokens for n in encoder.count_tokens([text[p.start : p.end] for p in found]))


def test_a_passage_does_not_cross_a_paragraph_where_it_need_not() -> None:
    """Of two ways to pack four sentences the one is taken that tears no paragraph."""
    text = "Cats sleep on mats all day. They wake at night.\n\nDogs dig in the garden. They bark at cats at night."
    found = cut(text, ChunkSizes(max_chars=80, target_chars=60))
    assert [text[p.start : p.end].count(".") for p in found] == [2, 2]


@pytest.mark.parametrize(("room", "count"), [(47, 1), (46, 2)])
def test_a_passage_may_be_as_long_as_the_bound(room: int, count: int) -> None:
    """Exactly so long, and not one character longer."""
    text = "Cats sleep on mats all day. They wake at night."
    assert len(cut(text, ChunkSizes(max_chars=room, target_chars=room))) == count

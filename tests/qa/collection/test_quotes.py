"""Quotations are found where a simple search finds them, in a fraction of its time and memory."""

import tracemalloc
from collections.abc import Callable, Iterator
from time import process_time
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.types import Span
from qa.collection import quotes
from qa.collection.quotes import _NormalizedText, find_approximate, find_exact, find_normalized
from tests.qa.collection import normalization_reference as reference

# Few characters, so that quotations occur, each with a trap: white space of several kinds, characters that become
# several ("ﬀ", "ß", "㌀", "ﷺ" with blanks inside), upper case, punctuation in its forms, a lone surrogate.
TEXTS = st.text(alphabet="ab A\n\u00a0\u3000ﬀfßsẞ’'—-㌀ﷺ¨İ\ud800漢", max_size=30) | st.text(max_size=30)
SPANS = st.tuples(st.integers(0, 35), st.integers(0, 12)).map(lambda pair: Span(pair[0], sum(pair)))


def window_sizes() -> Iterator[int]:
    """Windows of one character, of a few, and larger than the text."""
    for size in (1, 3, 10, quotes.WINDOW_CHARS):
        with patch.object(quotes, "WINDOW_CHARS", size):
            yield size


@given(TEXTS)
def test_normalizing_in_passes_is_normalizing_character_by_character(text: str) -> None:
    """Whatever the text."""
    assert _NormalizedText.of(text).text.rstrip(" ") == reference.normalize(text)[0]


@given(st.data(), TEXTS, SPANS)
def test_the_nearest_place_is_found(data: st.DataObject, text: str, span: Span) -> None:
    """Of a part of the text as it is or in other letters, and of any text: the very span that comparing all gives."""
    start = data.draw(st.integers(0, len(text)))
    part = text[start : start + data.draw(st.integers(0, 8))]
    for quote in (part, part.upper(), f" {part}\n", data.draw(TEXTS)):
        assert find_exact(quote, span, text) == reference.find_exact(quote, span, text)
        expected = reference.find_normalized(quote, span, text)
        assert [find_normalized(quote, span, text) for _ in window_sizes()] == [expected] * 4


@example("ff", "ﬀf")
@example("a", " a a ")
@given(TEXTS.filter(lambda text: len(text) < 4), TEXTS)
def test_short_quotations_with_many_matches(quote: str, text: str) -> None:
    """From every place of the text."""
    for start in range(len(text) + 1):
        span = Span(start, start + len(quote))
        assert find_exact(quote, span, text) == reference.find_exact(quote, span, text)
        expected = reference.find_normalized(quote, span, text)
        assert [find_normalized(quote, span, text) for _ in window_sizes()] == [expected] * 4


@pytest.mark.parametrize(
    "sentence", ["The quick “brown” fox.  ", "素早い茶色の狐は、怠けた犬を飛び越える。（Ａ）\n", "x" * 20]
)
@pytest.mark.parametrize("found", [True, False])
def test_a_long_document_takes_little_memory_and_leaves_none(sentence: str, found: bool) -> None:
    """Two million characters; the two lists that this was made of took 94 MB, and stayed."""
    text = sentence * (2_000_000 // len(sentence))
    quote = sentence.upper().strip().replace("“", '"') + ("" if found else " and not there")
    tracemalloc.start()
    try:
        assert (find_normalized(quote, Span(1_000_000, 1_000_010), text) is not None) is found
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000
    assert kept < 100_000


def test_a_longer_document_takes_no_more_memory() -> None:
    """It is normalized window by window."""
    peaks = []
    for length in (2_000_000, 8_000_000):
        text = "One two. " * (length // 9)
        tracemalloc.start()
        assert find_normalized("not there", Span(0, 9), text) is None
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


@pytest.mark.parametrize("find", [find_exact, find_normalized])
def test_words_that_nearly_occur_everywhere_take_linear_time(find: Callable[[str, Span, str], Span | None]) -> None:
    """Searching backwards with ``str.rfind`` took 10 seconds for these."""
    quote, text = "a" * 2_500 + "b" + "a" * 2_500, "a" * 5_000_000
    started = process_time()
    assert find(quote, Span(5_000_000, 5_005_001), text) is None
    assert process_time() - started < 4


def test_an_edited_sentence_is_found_approximately_and_another_one_is_not() -> None:
    """One word of ten changed; not a quotation of less than 20 characters, nor in a text that is shorter."""
    text = "Before it. The film was directed by Hiroyuki Seshita in the year 2017. After it."
    edited = "The film was made by Hiroyuki Seshita in the year 2017."
    found = find_approximate(edited, Span(0, 5), text)
    assert found is not None
    assert "directed by Hiroyuki Seshita" in text[found.start : found.end]
    assert find_approximate("The bridge was built by a team of engineers in 1932.", Span(0, 5), text) is None
    assert find_approximate("directed by Hiroyuk", Span(0, 5), text) is None
    assert find_approximate("irected by Hiroyuki ", Span(0, 5), text) is not None
    assert find_approximate(text, Span(0, 5), text[: len(text) // 2]) is None

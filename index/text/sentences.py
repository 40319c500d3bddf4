"""Text is split into sentences: by sentencex, then some of its cuts are undone. The only module that imports sentencex.

Splitters cut after every closing mark, also inside a name ("the Yahoo! | portal"). Such names
are learned from the collection itself, not listed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import regex
from sentencex import get_sentence_boundaries

from index.languages import ENGLISH
from index.types import Span

# A name is a name if the sentence goes on after its mark, as in "the Yahoo! portal" and "Jeopardy!'s host".
# Read backwards from its mark, because there are hundreds of words for each mark.
NAME_WITH_MARK = regex.compile(r"(?r)(?<=\s)\p{Lu}[\p{L}\p{N}'’-]*[!?]")
MID_SENTENCE = regex.compile(r"\p{Ll}[,;]? $")
CONTINUATION = regex.compile(r"\s*[,;:)\]\p{Ll}]|['’]s\b|\.\s")
JAPANESE = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
HAN = regex.compile(r"\p{Han}")

# An exclamation may occur inside one sentence by chance ("cried Stop! and"); twice, it is a name.
MIN_NAME_COUNT = 2
# "1." and "008." number a list; longer pieces without a letter are sentences of figures.
MAX_ENUMERATION_CHARS = 7
# No name in a text is longer, with the quotation marks before it.
MAX_NAME_CHARS = 100
# Sentencex takes time that grows with the square of the length of a paragraph that has many quotation marks, so a
# longer one is split window by window. In the open data sets the longest has 26,976 characters.
MAX_WINDOW_CHARS = 32_000
# What is near the end of a window is split in the next one, which sees how it goes on.
WINDOW_OVERLAP = 4_000


@dataclass(frozen=True, slots=True)
class PunctuatedNames:
    """Names that end in a closing mark ("Blame!", "Jeopardy!"), as learned from texts."""

    known: frozenset[str] = frozenset()

    @classmethod
    def learn_from(cls, texts: Iterable[str]) -> "PunctuatedNames":
        """Collect the words with a mark that occur inside sentences at least ``MIN_NAME_COUNT`` times."""
        return cls.choose_from(count_marked_names(texts))

    @classmethod
    def choose_from(cls, counts: Mapping[str, int]) -> "PunctuatedNames":
        """Collect the names of ``count_marked_names`` that occur at least ``MIN_NAME_COUNT`` times."""
        return cls(frozenset(name for name, count in counts.items() if count >= MIN_NAME_COUNT))

    def is_at_end_of(self, text: str) -> bool:
        """Return whether the text ends in one of the names."""
        return bool(text.strip()) and text.rsplit(maxsplit=1)[-1].lstrip("\"'“‘«([") in self.known


def count_marked_names(texts: Iterable[str]) -> Counter[str]:
    """Count the words with a mark that occur inside sentences.

    The evidence is a capital after a lower-case word, if the sentence then goes on ("the Blame!
    film"); an exclamation such as "Oh! what" has no word before it.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        for mark in sorted([*_find_all(text, "!"), *_find_all(text, "?")]):
            if not CONTINUATION.match(text[mark + 1 : mark + 4]):
                continue
            name = NAME_WITH_MARK.match(text, 0, mark + 1)
            if name and MID_SENTENCE.search(text[max(0, name.start() - 3) : name.start()]):
                counts[name.group()] += 1
    return counts


def _find_all(text: str, mark: str) -> Iterator[int]:
    """Yield where a mark is; this takes a tenth of the time of a regular expression if there are few."""
    place = text.find(mark)
    while place >= 0:
        yield place
        place = text.find(mark, place + 1)


def detect_language(text: str, declared: str = "") -> str:
    """Return the language for sentencex: the declared one, else by script, else English."""
    if declared:
        return declared.split("-")[0].lower()
    if text.isascii():
        return "en"
    if JAPANESE.search(text):
        latin = sum("a" <= c <= "z" for c in text)
        return "ja" if latin < len(text) / 2 else "en"
    return "zh" if len(HAN.findall(text)) > len(text) / 4 else "en"


def split_into_sentences(text: str, span: Span, names: PunctuatedNames, declared: str = "") -> list[Span]:
    """Return the sentences of ``text[span]`` in order; together they cover everything but white space.

    ``declared`` is the language that the document declares. White space only has no sentences.
    """
    block = text[span.start : span.end]
    cuts = sorted({0, *_find_cuts(block, detect_language(block, declared))})
    edges = (strip_edges(block, start, end) for start, end in _undo_wrong_cuts(block, cuts, names))
    return [Span(span.start + start, span.start + end) for start, end in edges if start < end]


def strip_span(text: str, span: Span) -> Span:
    """Return the span without the white space at its ends; it is empty if there is nothing else."""
    start, end = strip_edges(text, span.start, span.end)
    return span if (start, end) == (span.start, span.end) else Span(start, end)


def strip_edges(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the start and end of ``text[start:end]`` without the white space at its ends; the end twice if all is.

    Most texts have none or one character of it, so looking at single characters is faster than copying the text.
    """
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _find_cuts(block: str, language: str) -> Iterator[int]:
    """Yield where sentencex begins sentences after the first one, in linear time."""
    start = 0
    while start < len(block):
        end = start + MAX_WINDOW_CHARS
        is_last = end >= len(block)
        bounds = get_sentence_boundaries(language, block[start:end])
        cuts = [start + bound["start_index"] for bound in bounds]
        limit = len(block) if is_last else end - WINDOW_OVERLAP
        kept = [cut for cut in cuts if start < cut < limit]
        yield from kept
        # A window that is half one sentence is not begun again at that sentence, so that each moves on by half.
        is_far = bool(kept) and kept[-1] - start >= MAX_WINDOW_CHARS // 2
        start = len(block) if is_last else kept[-1] if is_far else limit


def _undo_wrong_cuts(block: str, cuts: list[int], names: PunctuatedNames) -> list[tuple[int, int]]:
    """Return the starts and ends of the sentences that cover the block; each cut is looked at once."""
    starts: list[int] = []
    has_letter = False
    for cut, end in pairwise([*cuts, len(block)]):
        if not starts or not _is_wrong_cut(block, (starts[-1], cut, end), names, has_letter):
            starts.append(cut)
            has_letter = False
        has_letter = has_letter or any(map(str.isalpha, block[cut:end]))
    return list(pairwise([*starts, len(block)]))


def _is_wrong_cut(block: str, edges: tuple[int, int, int], names: PunctuatedNames, has_letter: bool) -> bool:
    """Return whether the splitter was wrong to cut at the second of the ``edges``, between the first and the last.

    ``has_letter`` says whether what is before the cut has one. Nothing here reads that as a whole: it grows with every
    wrong cut.
    """
    start, cut, end = edges
    head_end = cut
    while head_end > start and block[head_end - 1].isspace():
        head_end -= 1
    tail = block[cut:end].lstrip()
    if head_end == start or not tail:
        return True
    if "\n\n" in block[head_end:cut]:
        return False
    if not has_letter:
        return head_end - start <= MAX_ENUMERATION_CHARS
    if tail[0] in ",;:)]":
        return True
    if block[head_end - 1] not in "!?":
        return False
    last_words = block[max(start, head_end - MAX_NAME_CHARS) : head_end]
    return tail[0].islower() or (names.is_at_end_of(last_words) and not _begins_sentence(tail))


def _begins_sentence(tail: str) -> bool:
    first = tail.split(maxsplit=1)[0].rstrip(",")
    return first.lower() in ENGLISH.sentence_openers

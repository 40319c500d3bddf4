"""Text is split into sentences: by sentencex, then some of its cuts are undone. The only module that imports sentencex.

Splitters cut after every closing mark, also inside a name ("the Yahoo! | portal"). Such names
are learned from the collection itself, not listed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TypeAlias

import regex
from sentencex import get_sentence_boundaries, segment

from index.languages import ENGLISH
from index.types import Span

# A name is a name if the sentence goes on after its mark, as in "the Yahoo! portal" and "Jeopardy!'s host".
# Read backwards from its mark, because there are hundreds of words for each mark.
NAME_WITH_MARK = regex.compile(r"(?r)(?<=\s)\p{Lu}[\p{L}\p{N}'’-]*[!?]")
MID_SENTENCE = regex.compile(r"\p{Ll}[,;]? $")
CONTINUATION = regex.compile(r"\s*[,;:)\]\p{Ll}]|['’]s\b|\.\s")
EAST_ASIAN = re.compile("[\u2e80-\U0010ffff]")
JAPANESE = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
HAN = regex.compile(r"\p{Han}")

# Sentencex fails at a space of several bytes in UTF-8 between a lone capital and a full stop: "in room B\xa0."
WIDE_SPACE = regex.compile(r"[^\S\x00-\x7f](?=\.)(?<=(?:^|[\s./])[A-Z]\s+)")

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

# Where a stretch of a text starts and ends; a ``Span`` for each sentence of a large text would take too long.
Edges: TypeAlias = tuple[int, int]


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
    # Properties of characters take four times as long to look for as a range that has all of them.
    if text.isascii() or not EAST_ASIAN.search(text):
        return "en"
    if JAPANESE.search(text):
        latin = sum("a" <= c <= "z" for c in text)
        return "ja" if latin < len(text) / 2 else "en"
    return "zh" if len(HAN.findall(text)) > len(text) / 4 else "en"


def split_into_sentences(text: str, span: Span, names: PunctuatedNames, declared: str = "") -> list[Span]:
    """Return the sentences of ``text[span]`` in order; together they cover everything but white space.

    ``declared`` is the language that the document declares. White space only has no sentences.
    """
    return [Span(start, end) for start, end in find_sentences(text[span.start : span.end], names, declared, span.start)]


def find_sentences(block: str, names: PunctuatedNames, declared: str = "", shift: int = 0) -> list[Edges]:
    """Return the start and end of each sentence of a text, plus ``shift``, as ``split_into_sentences`` does."""
    cuts = _find_cuts(block, detect_language(block, declared))
    return [(shift + start, shift + end) for start, end in _undo_wrong_cuts(block, cuts, names)]


def strip_span(text: str, span: Span) -> Span:
    """Return the span without the white space at its ends; it is empty if there is nothing else."""
    start, end = strip_edges(text, span.start, span.end)
    return span if (start, end) == (span.start, span.end) else Span(start, end)


def strip_edges(text: str, start: int, end: int) -> Edges:
    """Return the start and end of ``text[start:end]`` without the white space at its ends; the end twice if all is.

    Most texts have none or one character of it, so looking at single characters is faster than copying the text.
    """
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _find_cuts(block: str, language: str) -> list[int]:
    """Return where sentencex begins sentences, the first at 0, in linear time."""
    cuts, start = [0], 0
    while len(block) - start > MAX_WINDOW_CHARS:
        limit = start + MAX_WINDOW_CHARS - WINDOW_OVERLAP
        found = _find_window_cuts(block[start : start + MAX_WINDOW_CHARS], language, start)
        kept = [cut for cut in found if start < cut < limit]
        cuts += kept
        # A window that is half one sentence is not begun again at that sentence, so that each moves on by half.
        is_far = bool(kept) and kept[-1] - start >= MAX_WINDOW_CHARS // 2
        start = kept[-1] if is_far else limit
    found = _find_window_cuts(block[start:], language, start)
    return cuts + [cut for cut in found if cut > start]


def _find_window_cuts(window: str, language: str, shift: int) -> list[int]:
    """Return where sentencex begins sentences in a window, rising, plus ``shift``, where the first begins."""
    window = window if window.isascii() else WIDE_SPACE.sub(" ", window)
    pieces = segment(language, window)
    if sum(map(len, pieces)) == len(window):
        return list(accumulate(map(len, pieces[:-1]), initial=shift))
    # Of a long text with empty lines it leaves some of them out; to ask for places takes three times as long.
    starts = {0, *(bound["start_index"] for bound in get_sentence_boundaries(language, window))}
    return [shift + start for start in sorted(starts)]


def _undo_wrong_cuts(block: str, cuts: list[int], names: PunctuatedNames) -> Iterator[Edges]:
    """Yield the start and end of each sentence, without white space around it; each cut is looked at once.

    Nothing here reads what is before a cut as a whole: it grows with every wrong one.
    """
    start = first = last = 0  # of the sentence so far: where it begins, and its first and last character
    has_letter = False
    for cut, end in pairwise([*cuts, len(block)]):
        piece = block[cut:end]
        tail = piece.lstrip()
        if not tail:
            continue
        if last and not _is_wrong_cut(block, (start, last, cut), tail, names, has_letter):
            yield first, last
            start, first, has_letter = cut, end - len(tail), False
        elif not last:
            first = end - len(tail)
        last = cut + len(piece.rstrip())
        has_letter = has_letter or tail[0].isalpha() or any(map(str.isalpha, tail))
    if last:
        yield first, last


def _is_wrong_cut(block: str, edges: tuple[int, int, int], tail: str, names: PunctuatedNames, has_letter: bool) -> bool:
    """Return whether the splitter was wrong to cut before the ``tail``.

    ``edges`` are the start and end of what is before, without white space after it, and the cut; ``has_letter`` says
    whether that has one.
    """
    start, head_end, cut = edges
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

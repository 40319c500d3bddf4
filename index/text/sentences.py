"""Text is split into sentences: by sentencex, then some of its cuts are undone. The only module that imports sentencex.

Splitters cut after every closing mark, also inside a name ("the Yahoo! | portal"). Such names
are learned from the collection itself, not listed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import regex
from sentencex import get_sentence_boundaries

from index.languages import ENGLISH
from index.types import Span

# A name is a name if the sentence goes on after its mark, as in "the Yahoo! portal" and "Jeopardy!'s host".
NAME_WITH_MARK = regex.compile(r"(?<=\s)\p{Lu}[\p{L}\p{N}'’-]*[!?]")
MID_SENTENCE = regex.compile(r"\p{Ll}[,;]? $")
CONTINUATION = regex.compile(r"\s*[,;:)\]\p{Ll}]|['’]s\b|\.\s")
JAPANESE = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
HAN = regex.compile(r"\p{Han}")

# An exclamation may occur inside one sentence by chance ("cried Stop! and"); twice, it is a name.
MIN_NAME_COUNT = 2
# "1." and "008." number a list; longer pieces without a letter are sentences of figures.
MAX_ENUMERATION_CHARS = 7


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
        for match in NAME_WITH_MARK.finditer(text):
            before = text[max(0, match.start() - 3) : match.start()]
            after = text[match.end() : match.end() + 3]
            if MID_SENTENCE.search(before) and CONTINUATION.match(after):
                counts[match.group()] += 1
    return counts


def detect_language(text: str, declared: str = "") -> str:
    """Return the language for sentencex: the declared one, else by script, else English."""
    if declared:
        return declared.split("-")[0].lower()
    if JAPANESE.search(text):
        latin = sum("a" <= c <= "z" for c in text)
        return "ja" if latin < len(text) / 2 else "en"
    return "zh" if len(HAN.findall(text)) > len(text) / 4 else "en"


def split_into_sentences(text: str, span: Span, names: PunctuatedNames, declared: str = "") -> list[Span]:
    """Return the sentences of ``text[span]`` in order; together they cover everything but white space.

    ``declared`` is the language that the document declares. White space only has no sentences.
    """
    block = text[span.start : span.end]
    code = detect_language(block, declared)
    bounds = [(b["start_index"], b["end_index"]) for b in get_sentence_boundaries(code, block)]
    repaired: list[tuple[int, int]] = []
    for start, end in _close_gaps(bounds, len(block)):
        if repaired and _is_wrong_cut(block[repaired[-1][0] : start], block[start:end], names):
            repaired[-1] = (repaired[-1][0], end)
        else:
            repaired.append((start, end))
    stripped = (strip_span(text, Span(span.start + start, span.start + end)) for start, end in repaired)
    return [sentence for sentence in stripped if sentence.start < sentence.end]


def strip_span(text: str, span: Span) -> Span:
    """Return the span without the white space at its ends; it is empty if there is nothing else."""
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _close_gaps(bounds: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Extend the splitter's sentences so that they cover the block, which it does not promise."""
    cuts = sorted({start for start, end in bounds if 0 < start < length} | {0})
    return list(zip(cuts, [*cuts[1:], length], strict=True))


def _is_wrong_cut(before: str, after: str, names: PunctuatedNames) -> bool:
    """Return whether the splitter was wrong to cut between the two."""
    head, tail = before.rstrip(), after.lstrip()
    if not head or not tail:
        return True
    if "\n\n" in before[len(head) :]:
        return False
    if not any(c.isalpha() for c in head):
        return len(head) <= MAX_ENUMERATION_CHARS
    if tail[0] in ",;:)]":
        return True
    if head[-1] in "!?" and tail[0].islower():
        return True
    return names.is_at_end_of(head) and not _begins_sentence(tail)


def _begins_sentence(tail: str) -> bool:
    first = tail.split(maxsplit=1)[0].rstrip(",")
    return first.lower() in ENGLISH.sentence_openers

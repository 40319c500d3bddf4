"""Where sentences end: sentencex, then a repair step that no splitter does for us.

Splitters cut after every mark, so a name that ends in one ("the Yahoo! | portal") is torn.
Such names are learnt from the collection itself, not listed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import regex
from sentencex import get_sentence_boundaries

from index.languages import ENGLISH
from index.types import Span

NAME_WITH_MARK = regex.compile(r"(?<=\s)\p{Lu}[\p{L}\p{N}'’-]*[!?]")
IN_MID_SENTENCE = regex.compile(r"\p{Ll}[,;]? $")
GOES_ON = regex.compile(r"\s*[,;:)\]\p{Ll}]|['’]s\b|\.\s")
JAPANESE = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
HAN = regex.compile(r"\p{Han}")


@dataclass(frozen=True, slots=True)
class PunctuatedNames:
    """Names that end in a closing mark ("Blame!", "Jeopardy!"), as learnt from texts."""

    known: frozenset[str] = frozenset()

    @classmethod
    def learn_from(cls, texts: Iterable[str]) -> "PunctuatedNames":
        """Words with a mark that stand inside sentences at least twice.

        The evidence is a capital after a lower-case word ("the Blame! film") where the
        sentence then goes on; an exclamation such as "Oh! what" has no word before it.
        """
        inside: Counter[str] = Counter()
        for text in texts:
            for match in NAME_WITH_MARK.finditer(text):
                before = text[max(0, match.start() - 3) : match.start()]
                after = text[match.end() : match.end() + 3]
                if IN_MID_SENTENCE.search(before) and GOES_ON.match(after):
                    inside[match.group()] += 1
        return cls(frozenset(name for name, count in inside.items() if count >= 2))

    def is_at_end_of(self, text: str) -> bool:
        """Whether the text ends in one of the names."""
        return text.rsplit(maxsplit=1)[-1].lstrip("\"'“‘«([") in self.known if text.strip() else False


def detect_language(text: str, declared: str = "") -> str:
    """The sentencex language: the declared one, else by script, else English."""
    if declared:
        return declared.split("-")[0].lower()
    if JAPANESE.search(text):
        latin = sum("a" <= c <= "z" for c in text)
        return "ja" if latin < len(text) / 2 else "en"
    return "zh" if len(HAN.findall(text)) > len(text) / 4 else "en"


def split_into_sentences(text: str, span: Span, names: PunctuatedNames, declared: str = "") -> list[Span]:
    """The sentences of ``text[span]``, trimmed of white space, in order, covering all else.

    A span of white space only has none.
    """
    block = text[span.start : span.end]
    code = detect_language(block, declared)
    bounds = [(b["start_index"], b["end_index"]) for b in get_sentence_boundaries(code, block)]
    repaired: list[tuple[int, int]] = []
    for start, end in _contiguous(bounds, len(block)):
        if repaired and _joined(block[repaired[-1][0] : start], block[start:end], names):
            repaired[-1] = (repaired[-1][0], end)
        else:
            repaired.append((start, end))
    trimmed = (strip_span(text, Span(span.start + start, span.start + end)) for start, end in repaired)
    return [s for s in trimmed if s.start < s.end]


def strip_span(text: str, span: Span) -> Span:
    """The span without the white space at its ends; empty where there is nothing else."""
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _contiguous(bounds: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """The splitter's cuts made to tile the block, whatever it left out at either end."""
    cuts = sorted({start for start, end in bounds if 0 < start < length} | {0})
    return list(zip(cuts, [*cuts[1:], length], strict=True))


def _joined(before: str, after: str, names: PunctuatedNames) -> bool:
    """Whether a cut between the two was a mistake."""
    head, tail = before.rstrip(), after.lstrip()
    if not head or not tail:
        return True
    if "\n\n" in before[len(head) :]:
        return False
    if not any(c.isalpha() for c in head):  # "1." or "008.": an enumeration, not a sentence
        return len(head) < 8
    if tail[0] in ",;:)]":
        return True
    if head[-1] in "!?" and tail[0].islower():
        return True
    return names.is_at_end_of(head) and not _opens(tail)


def _opens(tail: str) -> bool:
    first = tail.split(maxsplit=1)[0].rstrip(",")
    return first.lower() in ENGLISH.sentence_openers

"""Questions that a passage should answer, of its own words. All of it follows from the text alone."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count

import regex

from index.text.analyzer import WORD_PATTERN, Analyzer
from qa.evaluation.known_item.material import CollectionView
from qa.evaluation.known_item.types import KnownItem
from qa.types import MAX_QUESTION_CHARS

# Content words. A single one asks for a topic, not for a passage; only a name may be alone.
MIN_CONTENT_WORDS = 2
# Every third content word is left out, so that a question is not simply the sentence.
MASK_EVERY = 3
# Passages that may hold a name for it to point at any of them.
MAX_HOLDING = 2
# After a mark that may open a sentence or a quotation, a capital says nothing.
NAME = regex.compile(
    r"(?<=[\p{Ll}\p{N},;]\s)\p{Lu}[\p{L}\p{M}\p{N}]*(?:[’'-]\p{L}[\p{L}\p{M}\p{N}]*)*"
    r"(?:\ \p{Lu}[\p{L}\p{M}\p{N}]*(?:[’'-]\p{L}[\p{L}\p{M}\p{N}]*)*)*"
)
# In scripts without spaces a pair of characters takes the place of a word, as in index/text/analyzer.py.
PAIR = regex.compile(r"\X{1,2}")

# The question for the passage at a position and all that is right; None if it gives none.
Maker = Callable[[CollectionView, int], tuple[str, frozenset[int]] | None]


def ask_heading(material: CollectionView, position: int) -> tuple[str, frozenset[int]] | None:
    """Ask for the heading above the passage, with the document's title if it is short or ambiguous.

    Every passage of the document under this heading is right.
    """
    passage = material.contents.passages[position]
    if not passage.heading:
        return None
    telling = _has_content(material, passage.heading) and not material.ambiguous(passage.heading)
    question = passage.heading if telling else material.context(position)
    return (question, material.under(passage.document, passage.heading)) if _has_content(material, question) else None


def ask_key_sentence(material: CollectionView, position: int) -> tuple[str, frozenset[int]] | None:
    """Ask for the most informative sentence, with some words left out."""
    sentence = max(material.sentences(position), key=material.information)
    question = mask_words(sentence, material.analyzer)
    return (question, material.holding(sentence) | {position}) if _has_content(material, question) else None


def ask_rare_name(material: CollectionView, position: int) -> tuple[str, frozenset[int]] | None:
    """Ask for the name that the fewest passages hold, if at most ``MAX_HOLDING`` do.

    A name is a run of capitalised words that does not open a sentence or a quotation. Scripts
    without capitals have none.
    """
    runs = (run for sentence in material.sentences(position) for run in NAME.findall(sentence))
    names = filter(None, (_trim_name(run, material.analyzer) for run in runs))
    held = {name: material.holding(name) | {position} for name in names}
    rare = {name: passages for name, passages in held.items() if len(passages) <= MAX_HOLDING}
    if not rare:
        return None
    name = min(rare, key=lambda name: (len(rare[name]), -material.information(name)))
    return name, rare[name]


HEADING = "heading"
# What is asked of each passage.
MAKERS: Mapping[str, Maker] = {HEADING: ask_heading, "key sentence": ask_key_sentence, "rare name": ask_rare_name}


def make_items(material: CollectionView, positions: Sequence[int]) -> list[KnownItem]:
    """Make all questions for these passages, kind by kind, each once."""
    items: dict[KnownItem, None] = {}
    for kind, make in MAKERS.items():
        for position in positions:
            if made := make(material, position):
                question, right = made
                items[KnownItem(kind, question[:MAX_QUESTION_CHARS], right)] = None
    return list(items)


def mask_words(sentence: str, analyzer: Analyzer) -> str:
    """Remove every third content word of a sentence, and return it on one line."""
    number = count(1)
    keep, end = [], 0
    for start, stop in _find_words(sentence):
        if analyzer.content_terms(sentence[start:stop]) and next(number) % MASK_EVERY == 0:
            keep.append(sentence[end:start])
            end = stop
    return " ".join("".join([*keep, sentence[end:]]).split())


def _trim_name(run: str, analyzer: Analyzer) -> str:
    """Remove a possessive ending, and "I", "The" and the like at either end; may leave nothing."""
    parts = run.removesuffix("'s").removesuffix("’s").split(" ")
    bearing = [place for place, part in enumerate(parts) if analyzer.content_terms(part)]
    return " ".join(parts[bearing[0] : bearing[-1] + 1]) if bearing else ""


def _find_words(sentence: str) -> Sequence[tuple[int, int]]:
    """Find where each word begins and ends."""
    found: list[tuple[int, int]] = []
    for token in WORD_PATTERN.finditer(sentence):
        if token.group("run"):
            found += (pair.span() for pair in PAIR.finditer(sentence, *token.span()))
        else:
            found.append(token.span())
    return found


def _has_content(material: CollectionView, question: str) -> bool:
    """Return whether a question has enough content words."""
    return len(material.analyzer.content_terms(question[:MAX_QUESTION_CHARS])) >= MIN_CONTENT_WORDS

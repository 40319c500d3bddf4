"""A question and what was asked before it, as the query that both legs receive."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from index.words import FUNCTION_WORDS, Words, surface_words
from qa.types import Query, Request, Turn

POINTERS = frozenset(
    "he her hers herself him himself his it its itself she that their theirs them themselves they this those these "
    "there then one ones same such".split()
)
OPENERS = ("and ", "but ", "or ", "also ", "so ", "what about ", "how about ", "what else", "why not")
MATTER = 0.5
"""The share of a word's weight that only words with matter get (measured: docs/quality.md)."""
CARRIED_TURNS = 2
MOST_CARRIED = 12


def understand(request: Request, words: Words, matter: float = MATTER) -> Query:
    """The query of a request: composed Unicode, and for a follow-up what it refers to.

    A question that stands alone is left alone, whatever the history. Otherwise the content
    words of the last turns are appended in brackets, shown as ``searched_as``.
    """
    question = unicodedata.normalize("NFC", request.question).strip()
    searched = question
    if request.history and leans_on_history(question):
        carried = _carried(question, request.history)
        searched = f"{question} ({' '.join(carried)})" if carried else question
    content = tuple(words.content(searched))
    return Query(question, searched, weigh(words(searched), content, matter), content, tuple(words.content(question)))


def weigh(words: Sequence[str], content: Sequence[str], matter: float = MATTER) -> dict[str, float]:
    """Half a point for each time a word is asked, and half for being one that carries matter.

    In a small collection "how" and "in" are rare, and BM25 alone would take them for telling.
    """
    weights = dict.fromkeys(content, matter)
    for word, times in Counter(words).items():
        weights[word] = weights.get(word, 0.0) + (1 - matter) * times
    return weights


def leans_on_history(question: str) -> bool:
    """Whether a question cannot be understood alone.

    It points ("it", "they", "then"), opens like a continuation ("and …"), or holds at most
    one content word ("When?", "Who wrote?").
    """
    folded = list(surface_words(question))
    content = [word for word in folded if word not in FUNCTION_WORDS]
    opens = question.casefold().lstrip().startswith(OPENERS)
    return opens or len(content) <= 1 or any(word in POINTERS for word in folded)


def _carried(question: str, history: Sequence[Turn]) -> list[str]:
    """Content words of the last turns, the latest turn first, each once, none of the question's."""
    seen = set(surface_words(question)) | FUNCTION_WORDS
    carried: list[str] = []
    for turn in reversed(history[-CARRIED_TURNS:]):
        for word in f"{turn.question} {turn.answer or ''}".split():
            bare = word.strip("?.,;:()[]\"'“”‘’")
            folded = list(surface_words(bare))
            if folded and not seen.issuperset(folded):
                seen.update(folded)
                carried.append(bare)
    return carried[:MOST_CARRIED]

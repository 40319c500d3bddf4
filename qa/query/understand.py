"""A question and what was asked before it, as the query that both legs receive."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from index.text.analyzer import Analyzer
from qa.query.follow_up import carried, leans_on_history
from qa.query.politeness import bare
from qa.types import Query, Request

MATTER = 0.5
"""The share of a word's weight that only words with matter get (measured: docs/quality.md)."""


def understand(request: Request, words: Analyzer, mend: Callable[[str], str] = str, matter: float = MATTER) -> Query:
    """The query of a request: composed Unicode, no courtesies, typing errors mended, and what it refers to.

    A question that stands alone is left alone, whatever the history. Otherwise the words that it leaves
    unsaid are appended in brackets. ``searched_as`` shows all of it. A literal question is searched as it is.
    """
    question = unicodedata.normalize("NFC", request.question).strip()
    unsaid: list[str] = []
    if not request.literal:
        question = mend(bare(question))
        unsaid = carried(question, request.history) if leans_on_history(question) else []
    searched = f"{question} ({' '.join(unsaid)})" if unsaid else question
    content = tuple(words.content_terms(searched))
    return Query(
        question, searched, weigh(words(searched), content, matter), content, tuple(words.content_terms(question))
    )


def weigh(words: Sequence[str], content: Sequence[str], matter: float = MATTER) -> dict[str, float]:
    """Half a point for each time a word is asked, and half for being one that carries matter.

    In a small collection "how" and "in" are rare, and BM25 alone would take them for telling.
    """
    weights = dict.fromkeys(content, matter)
    for word, times in Counter(words).items():
        weights[word] = weights.get(word, 0.0) + (1 - matter) * times
    return weights

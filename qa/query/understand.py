"""Understanding a request: the query that both legs and the reader receive."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from index.text.analyzer import Analyzer
from qa.query.follow_up import carry_words, is_small_talk
from qa.query.politeness import strip_politeness
from qa.query.question_form import classify_question
from qa.types import Query, Request

# The share of a term's weight that stop words do not get. In a small collection "how" and "in" are rare, so that BM25
# alone would take them for informative (measured: docs/quality.md).
CONTENT_SHARE = 0.5


def understand(
    request: Request, analyzer: Analyzer, correct: Callable[[str], str] = str, content_share: float = CONTENT_SHARE
) -> Query:
    """Return the query of a request: composed Unicode, no politeness, typos corrected, references resolved.

    A question that can be understood alone is left alone, whatever the history. Otherwise the words
    that it leaves unsaid are appended in brackets. ``searched_as`` shows all of it. Thanks and the
    like have no content terms. A literal question is searched as it is.
    """
    question = unicodedata.normalize("NFC", request.question).strip()
    carried: list[str] = []
    asks = request.literal or not is_small_talk(question)
    if asks and not request.literal:
        question = correct(strip_politeness(question))
        carried = carry_words(question, request.history)
    searched = f"{question} ({' '.join(carried)})" if carried else question
    content = tuple(analyzer.content_terms(searched)) if asks else ()
    return Query(
        request=request,
        question=question,
        searched_as=searched,
        terms=weigh_terms(analyzer(searched), content, content_share),
        content_terms=content,
        question_terms=tuple(analyzer.content_terms(question)) if carried else content,
        form=classify_question(question),
    )


def weigh_terms(terms: Sequence[str], content: Sequence[str], content_share: float = CONTENT_SHARE) -> dict[str, float]:
    """Return the weight of each term: a share for each occurrence, and the rest once if it is a content term."""
    weights = dict.fromkeys(content, content_share)
    for term, count in Counter(terms).items():
        weights[term] = weights.get(term, 0.0) + (1 - content_share) * count
    return weights

"""Whether the words given as the answer are those that were expected, as SQuAD defines it.

Rajpurkar et al. 2016 and 2018 and their program evaluate-v2.0.py: case, punctuation and
English articles do not count; the best of several expected answers does; if the collection
does not answer, giving no answer is 1 and giving any is 0. Trap: words are split at white
space, so in Japanese or Chinese F1 is little but an exact match.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence

from qa.evaluation.types import Judgement

# Words with an F1 above this are right: a word more or less is no fault in a long answer, while half of a name (2/3), a
# date without its year (4/5) or one with a preposition is. Si et al. 2022 take the exact match: no long answer has one.
RIGHT_ABOVE_F1 = 0.8

ARTICLES = re.compile(r"\b(a|an|the)\b")
PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize_answer(text: str) -> str:
    """Return the text in lower case, without ASCII punctuation and articles, with single spaces."""
    return " ".join(ARTICLES.sub(" ", text.lower().translate(PUNCTUATION)).split())


def exact_match(given: str | None, wanted: Sequence[str]) -> float:
    """Return 1 if the normalised words are those of one expected answer."""
    if not wanted or given is None:
        return float(not wanted and given is None)
    return float(any(normalize_answer(given) == normalize_answer(answer) for answer in wanted))


def token_f1(given: str | None, wanted: Sequence[str]) -> float:
    """Return the harmonic mean of precision and recall of words, for the expected answer that fits best.

    Trap: a whole sentence that holds the answer scores low, and it should.
    """
    if not wanted or given is None:
        return float(not wanted and given is None)
    return max(_f1(normalize_answer(given).split(), normalize_answer(answer).split()) for answer in wanted)


def parts_f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    """Return the harmonic mean of precision and recall of whole parts of a list, normalised like answers."""
    return _f1([normalize_answer(part) for part in given], [normalize_answer(part) for part in wanted])


def has_answers(judgement: Judgement) -> bool:
    """Return whether it is known which words are right, or that none are."""
    return bool(judgement.answers) or not judgement.answerable


def are_right(given: str | None, wanted: Sequence[str]) -> bool:
    """Return whether these words answer: those of an expected answer, or nearly (an F1 above ``RIGHT_ABOVE_F1``).

    Never if no words are given, or if the collection does not answer.
    """
    return given is not None and bool(wanted) and token_f1(given, wanted) > RIGHT_ABOVE_F1


def _f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    if not given or not wanted:
        return float(given == wanted)
    shared = (Counter(given) & Counter(wanted)).total()
    return 2 * shared / (len(given) + len(wanted))

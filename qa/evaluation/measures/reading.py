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

from index.languages import ENGLISH
from index.text.analyzer import Analyzer, split_into_words
from qa.evaluation.types import Judgement

# Words with an F1 above this are right: a word more or less is no fault in a long answer, while half of a name (2/3) or
# a date without its year (4/5) is. Si et al. 2022 take the exact match: no long answer has one.
RIGHT_ABOVE_F1 = 0.8
# Words with an F1 below it may still say the same, if they have at most this many content words more.
MAX_MORE_WORDS = 2

SPAN_WORDS = ENGLISH.span_words
ENUMERATORS = re.compile(rf"[,;]|\b(?:{'|'.join(SPAN_WORDS.enumerators)})\b")
ANALYZER = Analyzer()
# Stems, as the words are compared: "befor".
MISLEADING = frozenset(ANALYZER(" ".join((*SPAN_WORDS.number_words, *SPAN_WORDS.answering_words))))
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


def are_right(given: str | None, wanted: Sequence[str], question: str = "") -> bool:
    """Return whether these words answer: an expected answer, nearly (an F1 above ``RIGHT_ABOVE_F1``), or equivalent.

    A person accepts "38" for "38 votes" if the question is how many votes there were, and "General Sam Houston" for
    "Sam Houston", although F1 is 2/3 or 4/5 (Bulian et al. 2022). Never if no words are given, or if the collection
    does not answer.
    """
    if given is None or not wanted:
        return False
    return token_f1(given, wanted) > RIGHT_ABOVE_F1 or any(_say_the_same(given, one, question) for one in wanted)


def _say_the_same(given: str, expected: str, question: str) -> bool:
    """Return whether nothing is missing but words of the question, and whether nothing is added that could mislead.

    Misleading are a negation, another number or item of a list, and more than ``MAX_MORE_WORDS`` other words.
    """
    asked = _count_content_words(question)
    found, needed = _count_content_words(given), _count_content_words(expected)
    if not found & needed or set(needed - found) - set(asked):
        return False
    more = set(found - needed) - set(asked)
    if len(more) > MAX_MORE_WORDS or any(_can_mislead(word) for word in more):
        return False
    return not more or len(ENUMERATORS.findall(given)) <= len(ENUMERATORS.findall(expected))


def _count_content_words(text: str) -> Counter[str]:
    words = (word for word in split_into_words(text, joined=False) if word not in SPAN_WORDS.filler_words)
    return Counter(ANALYZER(" ".join(words)))


def _can_mislead(word: str) -> bool:
    return word.isdigit() or word in MISLEADING


def _f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    if not given or not wanted:
        return float(given == wanted)
    shared = (Counter(given) & Counter(wanted)).total()
    return 2 * shared / (len(given) + len(wanted))

"""Questions that ask for the same, grouped by their vectors and their words.

People ask for one thing in different words, which vectors find; and questions about different things may have the same
form, which words tell apart. Both together find more of what belongs together than either one.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from index.types import Vectors
from qa.web.question_store import AskedQuestion

# Mean of the cosine and of the share of common words, from which two questions are taken to ask for the same.
MIN_LIKENESS = 0.45
# Vectors that are remembered, so that looking again takes no time.
MAX_REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions that are alike, the one that was asked most first."""

    questions: tuple[AskedQuestion, ...]

    @property
    def count(self) -> int:
        """How often they were asked in all."""
        return sum(one.count for one in self.questions)

    @property
    def last(self) -> str:
        """When one of them was asked last, ISO 8601."""
        return max(one.last for one in self.questions)


class QuestionGrouper:
    """Groups questions; ``embed`` returns their unit vectors, ``split`` the stems of one. Threads may share it."""

    def __init__(self, embed: Callable[[Sequence[str]], Vectors], split: Callable[[str], Collection[str]]) -> None:
        """Remember the functions; nothing is embedded yet."""
        self._embed, self._split, self._lock = embed, split, Lock()
        self._vectors: dict[str, Vectors] = {}

    def group(self, questions: Sequence[AskedQuestion]) -> list[QuestionGroup]:
        """Return the questions in groups, those that were asked most first."""
        if not questions:
            return []
        ordered = sorted(questions, key=lambda one: (-one.count, one.question))
        texts = [one.question for one in ordered]
        likeness = measure_likeness(self._find_vectors(texts), [self._split(text) for text in texts])
        groups = find_groups(likeness, MIN_LIKENESS)
        found = [QuestionGroup(tuple(ordered[row] for row in rows)) for rows in groups]
        # Twice, because Python's sort keeps the order of what is equal.
        return sorted(sorted(found, key=lambda one: one.last, reverse=True), key=lambda one: -one.count)

    def _find_vectors(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
            if missing:
                kept = self._vectors if len(self._vectors) + len(missing) <= MAX_REMEMBERED else {}
                known = {text: self._vectors[text] for text in texts if text in self._vectors}
                self._vectors = {**kept, **known, **dict(zip(missing, self._embed(missing), strict=True))}
            return np.stack([self._vectors[text] for text in texts])


def measure_likeness(vectors: Vectors, terms: Sequence[Collection[str]]) -> NDArray[np.float64]:
    """Return how alike texts are, shape (texts, texts), from about 0 to 1 for the same words.

    ``vectors`` are the unit vectors of the texts, ``terms`` their stems. A stem weighs more the fewer texts have it.
    """
    numbers = {term: number for number, term in enumerate(dict.fromkeys(chain.from_iterable(terms)))}
    has = np.zeros((len(terms), len(numbers)))
    for row, found in enumerate(terms):
        has[row, [numbers[term] for term in found]] = 1
    weights = np.log1p(len(terms) / np.maximum(has.sum(0), 1))
    common, own = has * weights @ has.T, has @ weights
    union = own[:, None] + own[None, :] - common
    shared = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    likeness: NDArray[np.float64] = (vectors @ vectors.T + shared) / 2
    return likeness


def find_groups(likeness: NDArray[np.float64], min_likeness: float) -> list[list[int]]:
    """Return rows in groups, in order; ``likeness`` is that of each row with each.

    A row joins the group whose first row is most like it, if it is as alike as ``min_likeness``, or begins one.
    """
    groups: list[list[int]] = []
    for row, alike in enumerate(likeness):
        best = max(groups, key=lambda group: alike[group[0]], default=None)
        if best and alike[best[0]] >= min_likeness:
            best.append(row)
        else:
            groups.append([row])
    return groups

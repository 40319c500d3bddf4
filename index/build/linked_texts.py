"""Which texts of passages say nearly the same: classes that grow while groups of copies are compared.

Passages are known by the first one with the same text.
"""

from collections.abc import Iterable

import numpy as np

from index.generation.near_copies import NO_NEAR_COPIES
from index.generation.passages import Passages
from index.types import Positions

# Two texts that say nearly the same.
Pair = tuple[int, int]


class LinkedTexts:
    """Texts that say nearly the same, directly or by others (union-find); no two of them are in one document.

    A document with both of two texts, whether it is in a group or not, says that they are about two things.
    """

    def __init__(self, passages: Passages) -> None:
        """Link none of the passages' texts."""
        # By the same text only.
        self._passages = passages.with_near_copies(NO_NEAR_COPIES)
        self._parents: dict[int, int] = {}
        # Of each text that represents others all texts that are linked with it, itself included.
        self._members: dict[int, list[int]] = {}
        # Of each text that represents others, or was asked for, the documents in which one of them is.
        self._documents: dict[int, set[int]] = {}

    def can_join(self, one: int, other: int) -> bool:
        """Return whether no document has a text that is linked with one and a text that is linked with the other."""
        return self.find_documents(self.find(one)).isdisjoint(self.find_documents(self.find(other)))

    def join(self, one: int, other: int) -> bool:
        """Link two texts, if they can be; return whether they are linked now."""
        low, high = sorted((self.find(one), self.find(other)))
        if low == high:
            return True
        if not self.find_documents(low).isdisjoint(self.find_documents(high)):
            return False
        self._unite(low, high)
        return True

    def restore(self, pairs: Iterable[Pair]) -> None:
        """Link pairs of texts of which it is known that they can be."""
        for one, other in pairs:
            low, high = sorted((self.find(one), self.find(other)))
            if low != high:
                self._unite(low, high)

    def _unite(self, low: int, high: int) -> None:
        # The first text represents all.
        self._parents[high] = low
        self._members.setdefault(low, [low]).extend(self._members.pop(high, [high]))
        one, other = self._documents.pop(low, None), self._documents.pop(high, None)
        if one is not None and other is not None:
            few, many = sorted((one, other), key=len)
            many |= few
            self._documents[low] = many

    def find(self, text: int) -> int:
        """Return the first of the texts that are linked with this one, which may be itself."""
        parents = self._parents
        while parents.setdefault(text, text) != text:
            parents[text] = parents[parents[text]]
            text = parents[text]
        return text

    def list_members(self, first: int) -> list[int]:
        """Return all texts that are linked with one, itself included, which is the first of them."""
        return self._members.get(first, [first])

    def list_firsts(self) -> Positions:
        """Return each linked text, but the first of those that are linked, with that first one; shape (texts, 2)."""
        texts = sorted(text for text, parent in self._parents.items() if text != parent)
        return np.array([(text, self.find(text)) for text in texts], dtype=np.int64).reshape(-1, 2)

    def find_documents(self, first: int) -> set[int]:
        """Return the documents in which one of the texts is that are linked with one, which is the first of them."""
        if first not in self._documents:
            _, places = self._passages.find_same(np.array(self.list_members(first), dtype=np.int64))
            self._documents[first] = set(self._passages.find_documents(places).tolist())
        return self._documents[first]

"""The texts of one group of copies, and a fingerprint of all that decides which of them are linked.

A build links the texts of a group as the generation before did if the fingerprint is the same, without comparing them.
"""

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from index.build.linked_texts import LinkedTexts, Pair
from index.disk.arrays import expand_ranges
from index.generation.metadata import fold_value
from index.generation.near_copies import KEY_BYTES
from index.generation.passage_table import HASH, HEADING, NONE
from index.generation.passages import Passages
from index.text.sketch import mix_hashes
from index.types import Positions

# Headings are compared without numbers, which change from version to version.
NUMBERS = re.compile(r"[\d.]+")
# Passages of a class of linked texts whose documents are listed for each group that has one of them.
MAX_LISTED = 64
# Headings whose hashes are remembered.
RECENT_HEADINGS = 4096


class GroupTexts:
    """The passages of documents that are nearly the same, with their distinct texts."""

    def __init__(self, passages: Passages, documents: Positions) -> None:
        """Find the passages of these documents, positions that rise."""
        self._passages, self._documents = passages, documents
        self._starts, self._ends = passages.find_ranges(documents)
        self._rows = expand_ranges(self._starts, self._ends)

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self._rows)

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """The first passage of each document, and the one after its last."""
        return list(zip(self._starts.tolist(), self._ends.tolist(), strict=True))

    @cached_property
    def _distinct(self) -> tuple[Positions, Positions, Positions]:
        return np.unique(self._passages.find_first_same(self._rows), return_index=True, return_inverse=True)

    @property
    def texts(self) -> Positions:
        """The distinct texts, rising: of each the first passage that has it, wherever that is."""
        return self._distinct[0]

    def number_pairs(self, pairs: Iterable[Pair]) -> Positions:
        """Return pairs of texts by their places among the distinct ones, shape (pairs, 2)."""
        return np.searchsorted(self.texts, np.array(list(pairs), dtype=np.int64).reshape(-1, 2)).astype(np.int64)

    def fingerprint(self, links: LinkedTexts) -> bytes:
        """Return the fingerprint of all that decides which texts are linked, given what is linked already.

        It is the same, wherever the passages are in the collection, if the texts and headings of the documents are, in
        the same order, and if other documents have the same texts in common with these.
        """
        texts, places, numbers = self._distinct
        headings = self._passages.table[self._rows[places], HEADING].tolist()
        firsts, classes = np.unique([links.find(text) for text in texts.tolist()], return_inverse=True)
        digest = blake2b(digest_size=KEY_BYTES)
        for part in (
            self._ends - self._starts,
            numbers,
            self._passages.table[texts, HASH],
            np.array([0 if name == NONE else _hash_heading(self._passages.names[name]) for name in headings]),
            classes,
            *self._describe_outside(firsts.tolist(), links),
        ):
            digest.update(f"{len(part)} ".encode() + part.astype("<u8").tobytes())
        return digest.digest()

    def _describe_outside(self, firsts: list[int], links: LinkedTexts) -> tuple[Positions, NDArray[np.uint64]]:
        """Return which classes of linked texts are together in documents outside the group, by their first texts.

        The documents of a class with many passages are not listed, because every group may have such a class: which
        other classes are in its documents is returned as pairs, flat. Of the others a hash of each set of two and more
        that are in one document is returned.
        """
        members = [np.array(links.list_members(first), dtype=np.int64) for first in firsts]
        is_common = [self._passages.count_same(texts) > MAX_LISTED for texts in members]
        numbers, documents = self._list_outside([n for n, common in enumerate(is_common) if not common], members)
        listed = list(zip(numbers.tolist(), documents.tolist(), strict=True))
        pairs = set[Pair]()
        for number in np.flatnonzero(is_common).tolist():
            others = np.flatnonzero(is_common[:number]).tolist()
            pairs |= {(number, other) for other in others if not links.can_join(firsts[number], firsts[other])}
            own = links.find_documents(firsts[number])
            pairs |= {(number, other) for other, document in listed if document in own}
        return np.array(sorted(pairs), dtype=np.int64).ravel(), _hash_sets(documents, numbers)

    def _list_outside(self, chosen: list[int], members: list[Positions]) -> tuple[Positions, Positions]:
        """Return the numbers of classes with each document outside the group that has one of their texts, each once."""
        if not chosen:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        places, passages = self._passages.find_same(np.concatenate([members[number] for number in chosen]))
        numbers = np.repeat(chosen, [len(members[number]) for number in chosen])[places]
        documents = self._passages.find_documents(passages)
        is_outside = ~np.isin(documents, self._documents)
        documents, numbers = np.divmod(
            np.unique(documents[is_outside] * len(members) + numbers[is_outside]), len(members)
        )
        return numbers, documents


def _hash_sets(owners: Positions, numbers: Positions) -> NDArray[np.uint64]:
    """Return a hash of each set of two numbers and more with the same owner; owners rise."""
    _, firsts, counts = np.unique(owners, return_index=True, return_counts=True)
    if not len(firsts):
        return np.empty(0, dtype=np.uint64)
    sums = np.add.reduceat(mix_hashes(numbers.astype(np.uint64) + np.uint64(1)), firsts)
    return np.unique(sums[counts > 1])


def fold_heading(heading: str) -> str:
    """Return what two headings must have in common."""
    return fold_value(NUMBERS.sub(" ", heading))


@lru_cache(maxsize=RECENT_HEADINGS)
def _hash_heading(heading: str) -> int:
    """Return 63 bits of a heading as it is compared, never 0, which stands for none."""
    if not heading:
        return 0
    return int.from_bytes(blake2b(fold_heading(heading).encode("utf-8"), digest_size=8).digest(), "big") >> 1 | 1

"""Find the passages that say nearly the same in the same place of documents that are copies of each other.

Documents whose texts have little in common are not compared: two entries of a list may differ by one word and be about
two things. Within a group of copies a passage is compared only if its text is new there, and only with the passages of
which it shares pieces, so time grows with what differs and not with the number of pairs.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from index.build.copies import CopyGroup, Links
from index.generation.documents import Documents
from index.generation.near_copies import NO_NEAR_COPIES, NearCopies
from index.generation.passages import Passages
from index.text.sketch import list_pieces
from index.types import Positions

# As many of all their pieces of nine characters must be in both passages. Less than what makes documents copies: where
# versions differ, a number may be all that a short passage has, and one in seven words changes half of the pieces.
MIN_SIMILARITY = 0.5
# Pieces in more passages than this are a form that all of them fill in; they do not tell them apart.
MAX_SHARING = 64

# Passages are known by the first one with the same text: a pair of them says nearly the same.
Pair = tuple[int, int]


def mark_near_copies(passages: Passages, groups: Sequence[CopyGroup]) -> Passages:
    """Return the passages, of which it is then known which are near copies, in documents of these groups."""
    return passages.with_near_copies(_find_near_copies(passages, groups))


def _find_near_copies(passages: Passages, groups: Sequence[CopyGroup]) -> NearCopies:
    # Of documents that are the same word for word none is newer, whatever their dates.
    members = [_find_positions(passages.documents, group) for group in groups if not group.identical]
    if not members:
        return NO_NEAR_COPIES
    documents = np.concatenate([np.stack([group, np.full(len(group), group[0])], axis=1) for group in members])
    links = [pair for positions in members for pair in _compare_documents(passages, positions)]
    return NearCopies(documents[np.argsort(documents[:, 0])], _find_firsts(links))


def _find_positions(documents: Documents, group: CopyGroup) -> Positions:
    positions = [documents.find_position(document) for document in group.documents]
    return np.sort(np.array([position for position in positions if position is not None], dtype=np.int64))


def _compare_documents(passages: Passages, documents: Positions) -> Iterator[Pair]:
    """Yield each text of a document that is new, with the one of an earlier document that says nearly the same."""
    known = _KnownTexts(passages)
    for first, last in zip(*map(np.ndarray.tolist, passages.find_ranges(documents)), strict=True):
        yield from known.add_document(list(dict.fromkeys(passages.find_first_same(range(first, last)).tolist())))


class _KnownTexts:
    """The distinct texts of a group of copies so far; each is the first of those that say nearly the same, or not."""

    def __init__(self, passages: Passages) -> None:
        self._passages = passages
        # Of each text the first that says nearly the same, which may be itself.
        self._firsts: dict[int, int] = {}
        self._new: list[int] = []
        # Of each piece the first texts that have it, and of each of these how many pieces it has.
        self._places: dict[int, list[int]] = {}
        self._sizes: dict[int, int] = {}

    def add_document(self, texts: Sequence[int]) -> list[Pair]:
        """Add the distinct texts of one document, and return those that say nearly the same as an earlier one.

        Of two documents a passage has one counterpart at most: the most similar one, to which it is the most similar.
        """
        fresh = [text for text in texts if text not in self._firsts]
        taken = {self._firsts[text] for text in texts if text in self._firsts}
        pairs = self._match(fresh, taken) if fresh and self._firsts else []
        self._firsts |= pairs
        self._firsts |= {text: text for text in fresh if text not in self._firsts}
        self._new += [text for text in fresh if self._firsts[text] == text]
        return pairs

    def _match(self, fresh: Sequence[int], taken: set[int]) -> list[Pair]:
        for text in self._new:
            self._index(text)
        self._new = []
        found: list[tuple[float, int, int]] = []
        for text in fresh:
            pieces = self._list_pieces(text)
            shared = Counter(chain.from_iterable(self._places.get(piece, ()) for piece in pieces))
            for other, count in shared.items():
                similarity = count / (len(pieces) + self._sizes[other] - count)
                if similarity >= MIN_SIMILARITY and other not in taken:
                    found.append((-similarity, text, other))
        return list(_choose_pairs(sorted(found)))

    def _index(self, text: int) -> None:
        pieces = self._list_pieces(text)
        self._sizes[text] = len(pieces)
        for piece in pieces:
            places = self._places.setdefault(piece, [])
            if len(places) < MAX_SHARING:
                places.append(text)

    def _list_pieces(self, text: int) -> list[int]:
        pieces: list[int] = list_pieces(self._passages.get_text(text)).tolist()
        return pieces


def _choose_pairs(found: Sequence[tuple[float, int, int]]) -> Iterator[Pair]:
    """Yield pairs, the most similar first; each text is in one pair only."""
    used: set[int] = set()
    for _, text, other in found:
        if text not in used and other not in used:
            used |= {text, other}
            yield text, other


def _find_firsts(links: Sequence[Pair]) -> Positions:
    """Return for each linked text, but the first of those that are linked, that first one; shape (texts, 2)."""
    texts, numbers = np.unique(np.array(links, dtype=np.int64).reshape(-1, 2), return_inverse=True)
    joined = Links(len(texts))
    # Texts are numbered in their order, and the least number represents all.
    joined.join(*numbers.reshape(-1, 2).T.tolist())
    firsts = texts[np.array([joined.find(number) for number in range(len(texts))], dtype=np.int64)]
    pairs = np.stack([texts, firsts], axis=1)
    return np.ascontiguousarray(pairs[pairs[:, 0] != pairs[:, 1]])

"""Find the passages that say nearly the same in documents that are copies of each other.

Documents whose texts have little in common are not compared: two entries of a list may differ by one word and be about
two things. Within a group of copies a passage is compared only if its text is new there, and only with the few passages
with which it shares most rare pieces, so time grows with what differs and not with the number of pairs. A group is not
compared again if the generation before has its links (index/build/group_texts.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.build.copies import CopyGroup
from index.build.group_texts import GroupTexts, fold_heading
from index.build.linked_texts import LinkedTexts, Pair
from index.disk.arrays import expand_ranges
from index.generation.documents import Documents
from index.generation.near_copies import NO_NEAR_COPIES, GroupLinks, NearCopies, pack_links
from index.generation.passages import Passages
from index.progress import Advance, Progress, Silent
from index.text.sketch import list_pieces
from index.types import Positions

# As many of all their pieces of nine characters must be in both passages. Less than what makes documents copies: where
# versions differ, a number may be all that a short passage has, and one in seven words changes half of the pieces.
MIN_SIMILARITY = 0.5
# Pieces with the smallest hashes, by which a text is found: all of those of a short text, and a sample of a longer one.
# They are a kilobyte of memory for each text. Of two texts with half of their pieces in common half of the sample is
# expected in both.
SAMPLE_PIECES = 64
# Pieces in more texts than this are a form that all of them fill in; they do not tell them apart, so nothing is found
# by them. They do count as common pieces of two texts that are found by others.
MAX_SHARING = 64
# The texts with most of the sample in common whose similarity is computed, each in about 0.3 ms.
MAX_COMPARED = 8
# Texts whose pieces are remembered: 7 KB for a passage of usual length.
RECENT_TEXTS = 128

Pieces = NDArray[np.uint64]


def mark_near_copies(
    passages: Passages,
    groups: Sequence[CopyGroup],
    known: NearCopies = NO_NEAR_COPIES,
    progress: Progress | None = None,
) -> Passages:
    """Return the passages, of which it is then known which are near copies, in documents of these groups.

    Passages elsewhere with exactly the text of such a near copy are near copies, too. Groups of which ``known``, the
    near copies of the generation before, has the links are not compared again; the result is the same.
    """
    return passages.with_near_copies(_find_near_copies(passages, groups, known, progress or Silent()))


def _find_near_copies(
    passages: Passages, groups: Sequence[CopyGroup], known: NearCopies, progress: Progress
) -> NearCopies:
    # Of documents that are the same word for word none is newer, whatever their dates.
    members = [_find_positions(passages.documents, group) for group in groups if not group.identical]
    if not members:
        return NO_NEAR_COPIES
    documents = np.concatenate([np.stack([group, np.full(len(group), group[0])], axis=1) for group in members])
    links, found = LinkedTexts(passages), list[GroupLinks]()
    first, last = passages.find_ranges(documents[:, 0])
    with progress.step("comparing passages", int((last - first).sum())) as advance:
        for positions in members:
            group = GroupTexts(passages, positions)
            key = group.fingerprint(links)
            pairs = known.find_links(key)
            if pairs is None:
                pairs = group.number_pairs(_compare_documents(passages, group, links, advance))
            else:
                links.restore(group.texts[pairs].tolist())
                advance(len(group))
            found.append(pack_links(key, pairs))
    return NearCopies(documents[np.argsort(documents[:, 0])], links.list_firsts(), np.concatenate(found))


def _find_positions(documents: Documents, group: CopyGroup) -> Positions:
    positions = [documents.find_position(document) for document in group.documents]
    return np.sort(np.array([position for position in positions if position is not None], dtype=np.int64))


def _compare_documents(passages: Passages, group: GroupTexts, links: LinkedTexts, advance: Advance) -> list[Pair]:
    """Link each text of a document that is new with the one of an earlier document that says nearly the same.

    Return the pairs of texts that were linked, in order.
    """
    known = _KnownTexts(passages, links, advance)
    for first, last in group.ranges:
        places = dict[int, int]()
        for place, text in enumerate(passages.find_first_same(range(first, last)).tolist(), first):
            places.setdefault(text, place)
        advance(last - first - known.add_document(places))
    return known.linked


class _KnownTexts:
    """The distinct texts of a group of copies so far, but those that say nearly the same as an earlier one."""

    def __init__(self, passages: Passages, links: LinkedTexts, advance: Advance) -> None:
        self._passages, self._links, self._advance = passages, links, advance
        self.linked: list[Pair] = []
        # Of each text the first passage of the group that has it.
        self._places: dict[int, int] = {}
        self._new: list[int] = []
        self._samples = _Samples()
        self._list_pieces = lru_cache(maxsize=RECENT_TEXTS)(self._read_pieces)

    def add_document(self, places: Mapping[int, int]) -> int:
        """Add the texts of one document, each with a passage of it, and link those that say nearly the same as earlier.

        Of two documents a passage has one counterpart at most: the most similar one, to which it is the most similar.
        Return the number of texts that are new; so many steps of progress are made.
        """
        for text in self._new:
            self._samples.add(text, self._list_pieces(text)[:SAMPLE_PIECES])
        fresh = [text for text in places if text not in self._places]
        self._places |= {text: places[text] for text in fresh}
        linked = set[int]()
        for _, text, other in sorted(self._find_similar(fresh)):
            if text not in linked and self._links.join(text, other):
                linked.add(text)
                self.linked.append((text, other))
        self._new = [text for text in fresh if text not in linked]
        return len(fresh)

    def _find_similar(self, fresh: Sequence[int]) -> Iterator[tuple[float, int, int]]:
        """Yield fresh texts and earlier ones with their negative similarity, if it is large enough."""
        for text in fresh:
            pieces = self._list_pieces(text)
            sharing = self._samples.find_sharing(pieces[:SAMPLE_PIECES])
            for other in islice(filter(partial(self._can_match, text), sharing), MAX_COMPARED):
                similarity = _compute_similarity(pieces, self._list_pieces(other))
                if similarity >= MIN_SIMILARITY:
                    yield -similarity, text, other
            self._advance(1)

    def _can_match(self, text: int, other: int) -> bool:
        """Return whether no document has both texts, and their headings, if both have one, differ in numbers only."""
        one, two = (self._passages[self._places[place]].heading for place in (text, other))
        same = not one or not two or fold_heading(one) == fold_heading(two)
        return same and self._links.can_join(text, other)

    def _read_pieces(self, text: int) -> Pieces:
        return list_pieces(self._passages.get_text(text))


class _Samples:
    """The pieces by which texts are found: sorted arrays, each longer than all after it, which are merged as they grow.

    So a document is added in little time however many there are (O'Neil et al. 1996, "The Log-Structured Merge-Tree").
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Pieces, Positions]] = []

    def add(self, text: int, pieces: Pieces) -> None:
        """Add a text with its pieces, rising."""
        owners = np.full(len(pieces), text, dtype=np.int64)
        while self._runs and len(self._runs[-1][0]) <= len(pieces):
            longer, texts = self._runs.pop()
            pieces, owners = np.concatenate([longer, pieces]), np.concatenate([texts, owners])
            order = np.argsort(pieces, kind="stable")
            pieces, owners = pieces[order], owners[order]
        self._runs.append((pieces, owners))

    def find_sharing(self, pieces: Pieces) -> list[int]:
        """Return the texts with one of the pieces, those with most of them first; common pieces do not count."""
        ranges = [(np.searchsorted(keys, pieces), np.searchsorted(keys, pieces, "right")) for keys, _ in self._runs]
        rare = sum((last - first for first, last in ranges), np.zeros(len(pieces), dtype=np.int64)) <= MAX_SHARING
        owners = [texts[expand_ranges(a[rare], b[rare])] for (_, texts), (a, b) in zip(self._runs, ranges, strict=True)]
        texts, counts = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *owners]), return_counts=True)
        found: list[int] = texts[np.argsort(-counts, kind="stable")].tolist()
        return found


def _compute_similarity(one: Pieces, other: Pieces) -> float:
    """Return the share of all pieces that both texts have, 0 if they have none."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / max(1, len(one) + len(other) - common)

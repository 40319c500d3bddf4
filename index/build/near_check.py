"""Check that what a generation says of copies and near copies is what its own texts give.

Documents are sketched and grouped again. Passages are compared again in a sample of the groups, small enough to take
seconds; for the other groups the stored links are trusted.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from index.build.copies import SKETCHES, find_copies, read_copies
from index.build.near_passages import mark_near_copies
from index.generation.generation import Generation
from index.generation.near_copies import NearCopies
from index.generation.passages import Passages
from index.text.sketch import Sketches, sketch_texts

MAX_COMPARED_PASSAGES = 20_000


def find_copy_violations(generation: Generation) -> list[str]:
    """Return a sentence for each document or passage of which something else is stated; an empty list if all is right.

    The invariants of ``find_violations`` must hold. A generation that another version built is not checked, because
    that may have compared otherwise.
    """
    path = generation.folder / SKETCHES
    if not generation.manifest.is_of_this_version or not path.exists():
        return []
    documents, stated = generation.contents.documents, np.load(path, allow_pickle=False)
    sketches = sketch_texts(documents.texts, len(documents))
    faults = list(_check_sketches(list(documents.ids), stated, sketches))
    groups = find_copies(list(documents.ids), sketches)
    if groups != read_copies(generation.folder):
        faults.append("the groups of copies are not those that the texts give")
    passages = generation.contents.passages
    known = _leave_out_sample(passages.near_copies, _count_passages(passages))
    return [*faults, *_check_near_copies(passages, mark_near_copies(passages, groups, known).near_copies)]


def _check_sketches(ids: list[str], stated: Sketches, found: Sketches) -> Iterator[str]:
    if stated.shape != found.shape or stated.dtype != found.dtype:
        yield f"there are {len(stated)} sketches for {len(found)} documents"
        return
    for position in np.flatnonzero(stated != found).tolist():
        yield f"the sketch of {ids[position]} is not that of its text"


def _count_passages(passages: Passages) -> int:
    """Return the number of passages of documents that are nearly the same as others."""
    firsts, lasts = passages.find_ranges(passages.near_copies.documents[:, 0])
    return int((lasts - firsts).sum())


def _leave_out_sample(near: NearCopies, count: int) -> NearCopies:
    """Return near copies without the links of groups with about ``MAX_COMPARED_PASSAGES`` of ``count`` passages."""
    _, numbers = np.unique(near.links["key"], axis=0, return_inverse=True)
    groups = int(numbers.max(initial=-1)) + 1
    # The same whenever a generation is checked.
    chosen = np.random.default_rng(count).permutation(groups)
    left_out = chosen[: int(np.ceil(groups * min(1.0, MAX_COMPARED_PASSAGES / max(1, count))))]
    return replace(near, links=near.links[~np.isin(numbers, left_out)])


def _check_near_copies(passages: Passages, found: NearCopies) -> Iterator[str]:
    stated, everywhere = passages.near_copies, np.arange(len(passages))
    if not np.array_equal(stated.documents, found.documents):
        yield "the documents that are nearly the same are not those that the texts give"
    firsts, others = stated.find_firsts(everywhere), found.find_firsts(everywhere)
    for position in np.flatnonzero(firsts != others).tolist():
        one, other = (_describe(passages, position, int(first[position])) for first in (firsts, others))
        yield f"{passages[position].id} is stated to be {one}, by the texts it is {other}"
    # An index that was built before there were links has none.
    if len(stated.links) and not np.array_equal(stated.links, found.links):
        yield "the links in groups of copies are not those that the texts give"


def _describe(passages: Passages, position: int, first: int) -> str:
    return "no near copy" if first == position else f"a near copy of {passages[first].id}"

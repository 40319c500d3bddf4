"""Integrity check: the invariants of a generation, checked on its contents."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from index.generation.generation import Generation, GenerationContents
from index.generation.metadata import normalize_metadata
from index.generation.passage_table import DOCUMENT, END, START, fold_copy
from index.types import Document, Passage

# Large collections keep vectors in float16, which changes their length by less than this.
LENGTH_TOLERANCE = 1e-3
# Vectors that are read together: about 100 MB.
VECTOR_BATCH = 65_536


def find_violations(generation: Generation) -> list[str]:
    """Return a sentence for each invariant that does not hold; an empty list if all hold.

    Whether the bytes are as they were written is checked when the generation is opened.
    """
    contents = generation.contents
    return [
        *_check_counts(generation),
        *_check_passages(contents),
        *_check_copies(contents),
        *_check_units(contents),
        *_check_vectors(contents),
    ]


def _check_counts(generation: Generation) -> Iterator[str]:
    contents, stated = generation.contents, generation.manifest.counts
    documents, passages, units = len(contents.documents), len(contents.passages), len(contents.units)
    for name, count in (("documents", documents), ("passages", passages), ("units", units)):
        if stated.get(name) != count:
            yield f"the manifest states {stated.get(name)} {name}, there are {count}"
    if len(contents.store) != units:
        yield f"the vector store has {len(contents.store)} rows for {units} units"
    if len(contents.lexical) != passages:
        yield f"the lexical index has {len(contents.lexical)} rows for {passages} passages"
    if len(contents.tokens) != passages:
        yield f"there are tokens of {len(contents.tokens)} passages for {passages} passages"
    if len(contents.keys) != units:
        yield f"there are {len(contents.keys)} keys for {units} units"


def _check_passages(contents: GenerationContents) -> Iterator[str]:
    passages, owners = contents.passages, contents.passages.table[:, DOCUMENT]
    # The checks of each document need valid owners in order.
    if len(owners) and (owners.min() < 0 or owners.max() >= len(contents.documents)):
        yield "a passage belongs to no document"
        return
    if np.any(np.diff(owners) < 0):
        yield "the passages are not in the order of their documents"
        return
    for position, document in enumerate(contents.documents):
        stated, found = contents.documents.get_sha256(position), contents.documents.find_position(document.id)
        if (document.sha256, position) != (stated, found):
            yield f"{document.id} is not found by its id, or not with its sha256"
        if contents.documents.fields[position] != normalize_metadata(document.id, document.metadata):
            yield f"{document.id} is not found by its metadata"
        first, last = map(int, passages.find_ranges(position))
        yield from _check_coverage(document, passages[first:last])
        for place in range(first, last):
            yield from _check_passage(document, passages[place], passages.get_text(place))


def _check_passage(document: Document, passage: Passage, text: str) -> Iterator[str]:
    if text != document.text[passage.start : passage.end]:
        yield f"{passage.id} has other words than its document there"
    inside = [passage.start <= s.start < s.end <= passage.end for s in passage.sentences]
    if not inside or not all(inside):
        yield f"{passage.id} has sentences outside itself, or none"


def _check_copies(contents: GenerationContents) -> Iterator[str]:
    passages, everywhere = contents.passages, np.arange(len(contents.passages))
    near, firsts = passages.near_copies, passages.find_first_same(everywhere)
    if np.any((firsts < 0) | (firsts > everywhere)):
        yield "a passage is a copy of one that is not before it"
        return
    for name, pairs, count in (
        ("passage", near.firsts, len(passages)),
        ("document", near.documents, len(contents.documents)),
    ):
        if np.any(pairs < 0) or np.any(pairs[:, 0] >= count) or np.any(np.diff(pairs[:, 0]) <= 0):
            yield f"a near copy of a {name} is not in order, or is none of the {count}"
        elif np.any(pairs[:, 1] > pairs[:, 0]):
            yield f"a {name} is a near copy of one that is not before it"
    for position in np.flatnonzero(firsts != everywhere).tolist():
        first = int(firsts[position])
        if fold_copy(passages.get_text(position)) != fold_copy(passages.get_text(first)):
            yield f"{passages[position].id} is stated to be a copy of {passages[first].id}, which has another text"


def _check_coverage(document: Document, passages: Sequence[Passage]) -> Iterator[str]:
    """Check that the passages are in order, apart and inside the text, with only white space between them."""
    edges = [0, *(edge for p in passages for edge in (p.start, p.end)), len(document.text)]
    if any(a > b for a, b in pairwise(edges)):
        yield f"the passages of {document.id} overlap or leave the text"
    elif any(document.text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True)):
        yield f"the passages of {document.id} do not cover its text"


def _check_units(contents: GenerationContents) -> Iterator[str]:
    if not len(contents.units):
        return
    owners, starts, ends = contents.units.T
    if owners.min() < 0 or owners.max() >= len(contents.passages):
        yield "a unit belongs to no passage"
        return
    if np.any(np.diff(owners) < 0):
        yield "the units are not in the order of their passages"
    passage_starts, passage_ends = contents.passages.table[:, START], contents.passages.table[:, END]
    if np.any((starts < passage_starts[owners]) | (ends > passage_ends[owners]) | (starts >= ends)):
        yield "a unit lies outside its passage"


def _check_vectors(contents: GenerationContents) -> Iterator[str]:
    count = len(contents.store)
    for first in range(0, count, VECTOR_BATCH):
        vectors = contents.store.vectors(np.arange(first, min(first + VECTOR_BATCH, count)))
        # Written so that NaN is refused as well.
        if not np.all(np.abs(np.linalg.norm(vectors, axis=1) - 1) < LENGTH_TOLERANCE):
            yield "a vector is not of unit length"
            return

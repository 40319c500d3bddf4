"""Everything that must hold of a generation, checked."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from index.generation.generation import Generation, GenerationContents
from index.generation.passages import DOCUMENT, END, START
from index.types import Document, Passage

TOLERANCE = 1e-3
AT_ONCE = 65_536
"""Vectors that are read together."""


def find_violations(generation: Generation) -> list[str]:
    """One sentence for each invariant that does not hold; empty where all do.

    Whether the bytes are as they were written is checked by opening it; this checks what they say.
    """
    contents = generation.contents
    return [*_counts(generation), *_passages(contents), *_units(contents), *_vectors(contents)]


def _counts(generation: Generation) -> Iterator[str]:
    contents, stated = generation.contents, generation.manifest.counts
    held = {
        "documents": len(contents.documents),
        "passages": len(contents.passages),
        "units": len(contents.units),
    }
    for name, count in held.items():
        if stated.get(name) != count:
            yield f"the manifest states {stated.get(name)} {name}, there are {count}"
    if len(contents.store) != len(contents.units):
        yield f"the vector store has {len(contents.store)} rows for {len(contents.units)} units"
    if len(contents.lexical) != len(contents.passages):
        yield f"the lexical index has {len(contents.lexical)} rows for {len(contents.passages)} passages"
    if len(contents.tokens) != len(contents.passages):
        yield f"there are tokens of {len(contents.tokens)} passages for {len(contents.passages)} passages"
    if len(contents.keys) != len(contents.units):
        yield f"there are {len(contents.keys)} keys for {len(contents.units)} units"


def _passages(contents: GenerationContents) -> Iterator[str]:
    passages, owners = contents.passages, contents.passages.table[:, DOCUMENT]
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
        first, last = map(int, passages.find_ranges(position))
        yield from _tiling(document, passages[first:last])
        for place in range(first, last):
            yield from _slice(document, passages[place], passages.get_text(place))


def _slice(document: Document, passage: Passage, words: str) -> Iterator[str]:
    if words != document.text[passage.start : passage.end]:
        yield f"{passage.id} has other words than its document there"
    inside = [passage.start <= s.start < s.end <= passage.end for s in passage.sentences]
    if not inside or not all(inside):
        yield f"{passage.id} has sentences outside itself, or none"


def _tiling(document: Document, passages: Sequence[Passage]) -> Iterator[str]:
    """Passages in order, apart, inside the text, with nothing but white space between them."""
    edges = [0, *(edge for p in passages for edge in (p.start, p.end)), len(document.text)]
    if any(a > b for a, b in pairwise(edges)):
        yield f"the passages of {document.id} overlap or leave the text"
    elif any(document.text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True)):
        yield f"the passages of {document.id} do not cover its text"


def _units(contents: GenerationContents) -> Iterator[str]:
    if not len(contents.units):
        return
    positions, starts, ends = contents.units.T
    if positions.min() < 0 or positions.max() >= len(contents.passages):
        yield "a unit belongs to no passage"
        return
    if np.any(np.diff(positions) < 0):
        yield "the units are not in the order of their passages"
    first, last = contents.passages.table[:, START], contents.passages.table[:, END]
    if np.any((starts < first[positions]) | (ends > last[positions]) | (starts >= ends)):
        yield "a unit lies outside its passage"


def _vectors(contents: GenerationContents) -> Iterator[str]:
    count = len(contents.store)
    for first in range(0, count, AT_ONCE):
        vectors = contents.store.vectors(np.arange(first, min(first + AT_ONCE, count)))
        if not np.all(np.abs(np.linalg.norm(vectors, axis=1) - 1) < TOLERANCE):
            yield "a vector is not of unit length"
            return

"""Everything that must hold of a generation, checked."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from index.generation import Contents, Generation
from index.types import Document, Passage

TOLERANCE = 1e-3


def broken(generation: Generation) -> list[str]:
    """One sentence for each invariant that does not hold; empty where all do.

    The bytes were checked when the generation was opened; this checks what they say.
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


def _passages(contents: Contents) -> Iterator[str]:
    by_document: dict[str, list[Passage]] = {document.id: [] for document in contents.documents}
    for passage in contents.passages:
        if passage.document not in by_document:
            yield f"{passage.id} belongs to no document"
        else:
            by_document[passage.document].append(passage)
    for document in contents.documents:
        yield from _tiling(document, by_document[document.id])
    for passage in contents.passages:
        inside = [passage.start <= s.start < s.end <= passage.end for s in passage.sentences]
        if not inside or not all(inside):
            yield f"{passage.id} has sentences outside itself, or none"


def _tiling(document: Document, passages: list[Passage]) -> Iterator[str]:
    """Passages in order, apart, inside the text, with nothing but white space between them."""
    edges = [0, *(edge for p in passages for edge in (p.start, p.end)), len(document.text)]
    if any(a > b for a, b in pairwise(edges)):
        yield f"the passages of {document.id} overlap or leave the text"
    elif any(document.text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True)):
        yield f"the passages of {document.id} do not cover its text"


def _units(contents: Contents) -> Iterator[str]:
    if not len(contents.units):
        return
    positions, starts, ends = contents.units.T
    if positions.min() < 0 or positions.max() >= len(contents.passages):
        yield "a unit belongs to no passage"
        return
    if np.any(np.diff(positions) < 0):
        yield "the units are not in the order of their passages"
    passages = np.array([(p.start, p.end) for p in contents.passages])
    if np.any((starts < passages[positions, 0]) | (ends > passages[positions, 1]) | (starts >= ends)):
        yield "a unit lies outside its passage"


def _vectors(contents: Contents) -> Iterator[str]:
    lengths = np.linalg.norm(contents.store.vectors(np.arange(len(contents.store))), axis=1)
    if not np.all(np.abs(lengths - 1) < TOLERANCE):
        yield "a vector is not of unit length"

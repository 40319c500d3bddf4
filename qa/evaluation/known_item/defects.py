"""Defects that show without any question: near-duplicates, which split votes, and places with little text."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import numpy as np

from index.progress import Progress
from index.text.analyzer import split_into_words
from index.types import Document
from qa.evaluation.known_item.material import CollectionView
from qa.evaluation.known_item.types import BlankPage, Duplicate, ShortDocument, ThinPlaces

# Of the vectors: nearly the same meaning. Of the shingles: nearly the same words (Broder 1997).
MIN_COSINE, MIN_JACCARD = 0.95, 0.8
SHINGLE_WORDS = 3
# Passages compared at a time with all earlier ones: memory grows with the collection, not with its square.
BLOCK = 256
# A document of fewer words is reported.
MIN_WORDS = 20

Shingles = frozenset[tuple[str, ...]]


def find_duplicates(material: CollectionView, progress: Progress) -> tuple[Duplicate, ...]:
    """Find each passage that is nearly an earlier one, with the first such; most similar first.

    Compared are the units that are whole passages, without their headings. The store's
    vectors are read, not searched, so that no store misses anything. Time grows with
    the square: 8,000 passages take a second, 100,000 minutes.
    """
    vectors = material.contents.store.vectors(np.array(material.contents.whole_passage_units))
    shingles = cache(lambda position: make_shingles(_read_sentences(material, position)))
    found: dict[int, Duplicate] = {}
    with progress.step("comparing", len(vectors)) as advance:
        for start in range(0, len(vectors), BLOCK):
            block = vectors[start : start + BLOCK]
            # Of each passage of the block its cosines with those before it.
            cosines = np.tril(block @ vectors[: start + len(block)].T, start - 1)
            for offset, other in np.argwhere(cosines >= MIN_COSINE).tolist():
                position = start + offset
                if position in found:
                    continue
                share = jaccard_similarity(shingles(position), shingles(other))
                if share >= MIN_JACCARD:
                    cosine = min(1.0, round(float(cosines[offset, other]), 4))
                    found[position] = Duplicate(
                        material.place(other), material.place(position), cosine, round(share, 4)
                    )
            advance(len(block))
    return tuple(sorted(found.values(), key=lambda pair: (-pair.jaccard, -pair.cosine)))


def find_thin_places(material: CollectionView) -> ThinPlaces:
    """Find blank pages, documents of fewer than ``MIN_WORDS`` words, passages without a content word."""
    documents, passages = material.contents.documents, material.contents.passages
    counted = ((document.id, sum(1 for _ in split_into_words(document.text, joined=False))) for document in documents)
    wordless = (i for i in range(len(passages)) if not material.analyzer.content_terms(material.text(i)))
    return ThinPlaces(
        tuple(page for document in documents for page in find_blank_pages(document)),
        tuple(ShortDocument(document, words) for document, words in counted if words < MIN_WORDS),
        tuple(map(material.place, wordless)),
    )


def jaccard_similarity(one: Shingles, other: Shingles) -> float:
    """Return the share of all shingles that both have, 0 to 1; 0 if there are none."""
    return len(one & other) / len(one | other) if one and other else 0.0


def make_shingles(text: str) -> Shingles:
    """Return every three consecutive folded words; all of them if there are fewer."""
    words = list(split_into_words(text))
    return frozenset(
        tuple(words[i : i + SHINGLE_WORDS]) for i in range(max(1, len(words) - SHINGLE_WORDS + 1)) if words
    )


def _read_sentences(material: CollectionView, position: int) -> str:
    """Return the text of a passage without the headings at its ends, which its whole unit leaves out."""
    passage = material.contents.passages[position]
    first, last = passage.sentences[0], passage.sentences[-1]
    return material.text(position)[first.start - passage.start : last.end - passage.start]


def find_blank_pages(document: Document) -> Iterator[BlankPage]:
    """Yield pages whose text is white space; formats without pages have none."""
    for number, (start, end) in enumerate(pairwise([*document.pages, len(document.text)]), 1):
        if not document.text[start:end].strip():
            yield BlankPage(document.id, number)

"""Places with little or nothing that could be found."""

from collections.abc import Iterator
from itertools import pairwise

from index.text.analyzer import split_into_words
from index.types import Document
from qa.evaluation.known_item.material import CollectionView
from qa.evaluation.known_item.types import BlankPage, ShortDocument, ThinPlaces

MIN_WORDS = 20


def find_thin_places(material: CollectionView) -> ThinPlaces:
    """Find blank pages, documents of fewer than ``MIN_WORDS`` words, passages without a content word."""
    documents, passages = material.contents.documents, material.contents.passages
    counted = ((document.id, sum(1 for _ in split_into_words(document.text, joined=False))) for document in documents)
    wordless = (i for i in range(len(passages)) if not material.words.content_terms(material.text(i)))
    return ThinPlaces(
        tuple(page for document in documents for page in _find_blank_pages(document)),
        tuple(ShortDocument(document, words) for document, words in counted if words < MIN_WORDS),
        tuple(map(material.place, wordless)),
    )


def _find_blank_pages(document: Document) -> Iterator[BlankPage]:
    """Yield pages whose text is white space; formats without pages have none."""
    for number, (start, end) in enumerate(pairwise([*document.pages, len(document.text)]), 1):
        if not document.text[start:end].strip():
            yield BlankPage(document.id, number)

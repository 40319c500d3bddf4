"""Collections of tagged documents with random vectors, and the check that a filter finds all that match."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from index.generation.documents import Documents
from index.generation.generation import GenerationContents
from index.generation.metadata_filter import MetadataFilter
from index.generation.passages import Passages
from index.search.bm25 import BM25Index
from index.text.analyzer import Analyzer
from index.types import Document, Embeddings, Passage, Span, Store
from qa.query.understand import understand
from qa.ranking.filters import build_filter
from qa.ranking.retriever import MAX_CANDIDATES, Retriever
from qa.types import Request

# Units of a document: its sentences, and the whole.
UNITS = 10
SENTENCES, DIMENSION = UNITS - 1, 32
TEXT = " ".join(f"Sentence {number} is here." for number in range(SENTENCES))
# Of how many documents one has the tag; "one" is on the first alone, and "none" on no document.
STEPS = {"half": 2, "some": 20, "one": 0, "none": 0}


def tag_documents(count: int) -> list[Document]:
    """Return documents of which a half, a twentieth and one can be filtered for."""
    tagged = {tag: set(list_tagged(tag, count)) for tag in STEPS}
    tags = [[tag for tag, numbers in tagged.items() if n in numbers] for n in range(count)]
    # In the order of their ids, as documents are stored.
    return [Document(f"f{n * 7 // count}/{n:07}.md", TEXT, metadata={"tags": tags[n]}) for n in range(count)]


def list_tagged(tag: str, count: int) -> range:
    """Return the numbers of the documents that have a tag."""
    return range(0, count, STEPS[tag]) if STEPS[tag] else range(int(tag == "one"))


def cut_sentences() -> list[Span]:
    edges = np.cumsum([0, *(len(one) + 1 for one in TEXT.split(". "))]).tolist()
    return [Span(a, min(b, len(TEXT))) for a, b in pairwise(edges)]


def make_contents(documents: Sequence[Document], build_store: type[Store]) -> GenerationContents:
    """Make a passage of ten units of each document, with random vectors near one of the sentences of all."""
    stored, spans = Documents.build(documents), cut_sentences()
    passages = [Passage(d.id, 0, len(d.text), tuple(spans)) for d in documents]
    edges = sorted({(0, len(TEXT)), *((span.start, span.end) for span in spans)})
    units = np.array([(n, start, end) for n in range(len(documents)) for start, end in edges], dtype=np.int64)
    vectors = np.random.default_rng(0).normal(size=(len(units), DIMENSION)).astype(np.float32)
    store = build_store.build(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    lexical = BM25Index.build([["sentence"]] * len(documents))
    nothing = np.zeros((len(units), 16), dtype=np.uint8)
    return GenerationContents(stored, Passages.build(passages, stored), units, nothing, store, lexical, None, {})  # type: ignore[arg-type]


def check_all_that_match_are_found(contents: GenerationContents, tag: str, question: str) -> None:
    """Fifty come back, or all there are, from the dense leg alone, too, and none that does not match."""
    chosen = Request(question, filter=MetadataFilter.parse({"tag": tag})).selection
    allowed = build_filter(contents, chosen)
    assert allowed is not None
    matching = list_tagged(tag, len(contents.documents))
    assert allowed.passages.tolist() == list(matching)
    vector = np.random.default_rng(1).normal(size=(1, DIMENSION)).astype(np.float32)
    query = replace(understand(Request(question), Analyzer("none")), embeddings=Embeddings(vector, ()))
    with without_copies():
        found = Retriever(contents).retrieve(query, allowed)
    for leg in found.legs:
        wanted = min(MAX_CANDIDATES, len(matching)) if leg.name == "dense" or question == "sentence" else 0
        assert (leg.ran, leg.candidates) == (True, wanted)
    assert set(found.dense) <= set(matching)


@contextmanager
def without_copies() -> Iterator[None]:
    """Take no passage for a copy, though all have one text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Passages, "find_first_copies", lambda self, rows: np.asarray(rows, dtype=np.int64))
        patch.setattr(Passages, "repeats", np.empty(0, dtype=np.int64), raising=False)
        yield

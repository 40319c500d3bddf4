"""Filters inside the search: whenever k passages match, k come back, and none that does not."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.documents import Documents
from index.generation.generation import GenerationContents
from index.generation.metadata_filter import MetadataFilter
from index.generation.passages import Passages
from index.search.bm25 import BM25Index
from index.search.stores import faiss_ivf
from index.search.stores.exact import ExactStore
from index.search.stores.faiss_ivf import FaissIVFStore
from index.settings import IndexSettings
from index.text.analyzer import Analyzer
from index.types import Document, Embeddings, Passage, Span, Store
from qa import Engine
from qa.query.understand import understand
from qa.ranking.filters import build_filter
from qa.ranking.retriever import MAX_CANDIDATES, Retriever
from qa.types import Reason, Request
from tests.doubles import WordEncoder

SENTENCES, DIMENSION = 9, 32
TEXT = " ".join(f"Sentence {number} is here." for number in range(SENTENCES))
# Sizes of the collection in units, and how its vectors are searched.
SIZES = {1_000: ExactStore, 100_000: FaissIVFStore}


def tag_documents(count: int) -> list[Document]:
    """Return documents of which a half, a twentieth and one can be filtered for."""
    tags = [[name for name, step in (("half", 2), ("some", 20), ("one", count)) if n % step == 0] for n in range(count)]
    return [Document(f"f{n % 7}/{n:06}.md", TEXT, metadata={"tags": tags[n]}) for n in range(count)]


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


@pytest.fixture(scope="module", params=SIZES)
def contents(request: pytest.FixtureRequest) -> GenerationContents:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faiss_ivf, "MAX_ONE_LIST_ROWS", 10_000)
        return make_contents(tag_documents(request.param // (SENTENCES + 1)), SIZES[request.param])


@pytest.mark.slow
@pytest.mark.parametrize("tag", ["half", "some", "one", "none"])
@pytest.mark.parametrize("question", ["sentence", "yak"])
def test_as_many_passages_are_found_as_match(
    contents: GenerationContents, tag: str, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty, or all there are, from the dense leg alone, too; many units of one passage are in nobody's way."""
    # As for every passage: the texts are copies of one.
    monkeypatch.setattr(Passages, "find_first_copies", lambda self, rows: np.asarray(rows, dtype=np.int64))
    monkeypatch.setattr(Passages, "repeats", np.empty(0, dtype=np.int64), raising=False)
    chosen = Request(question, filter=MetadataFilter.parse({"tag": tag})).selection
    allowed = build_filter(contents, chosen)
    assert allowed is not None
    matching = [n for n in range(len(contents.documents)) if tag in contents.documents[n].metadata["tags"]]
    assert allowed.passages.tolist() == matching
    vector = np.random.default_rng(1).normal(size=(1, DIMENSION)).astype(np.float32)
    query = replace(understand(Request(question), Analyzer("none")), embeddings=Embeddings(vector, ()))
    found = Retriever(contents).retrieve(query, allowed)
    for leg in found.legs:
        wanted = min(MAX_CANDIDATES, len(matching)) if leg.name == "dense" or question == "sentence" else 0
        assert (leg.ran, leg.candidates) == (True, wanted)
    assert set(found.dense) <= set(matching)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder, index = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("index")
    for number in range(60):
        path = folder / ("hr/travel" if number % 3 else "it") / f"{number:02}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        day = f"date: 20{number % 4 + 20}-0{number % 9 + 1}-11\n" if number % 5 else ""
        tags = "tags: [cats, dogs]\n" if number % 10 == 0 else "tags:\n- Cats\n"
        # Words of its own: of documents that are nearly the same one would stand for all.
        own = " ".join(f"{word}{number}" for word in ("Moss", "reed", "clay", "fern", "dune", "rust", "kelp", "loam"))
        path.write_text(f"---\n{tags}{day}level: {number % 2}\n---\nCat number {number} sleeps. {own}.\n")
    encoder = WordEncoder()
    build_index(folder, IndexSettings(index=str(index), store="exact"), encoder)
    return Engine(IndexDirectory(index).open_current(), encoder, "none")


@pytest.mark.parametrize(
    ("conditions", "count"),
    [
        ({"tag": "DOGS"}, 6),
        ({"tag": ["dogs", "cats"], "folder": "it"}, 20),
        ({"folder": "hr"}, 0),
        ({"folder": "hr/**"}, 40),
        ({"folder": ["hr/**", "it"], "level": 1}, 30),
        ({"date": {"from": "2021", "to": "2022"}}, 24),
        ({"date": {"to": "2020"}, "format": "md", "tag": "cats"}, 12),
        ({"date": {"from": "2024"}}, 0),
        ({"year": [2020, 2023]}, 24),
        ({"level": 2}, 0),
        ({"nothing": "x"}, 0),
    ],
    ids=str,
)
def test_answers_have_all_that_matches_and_nothing_else(
    engine: Engine, conditions: dict[str, object], count: int
) -> None:
    """As many passages as match, up to ``top_k``; if none does, the reason is the filter."""
    chosen = MetadataFilter.parse(conditions)
    answer = engine.ask(Request("Which cat sleeps?", filter=chosen, top_k=50))
    listed = {one.id for one in engine.catalog.list_documents(0, 100, Request("a", filter=chosen).selection)}
    assert len(listed) == engine.catalog.count_documents(Request("a", filter=chosen).selection) == count
    assert {passage.document.id for passage in answer.passages} == listed
    assert (answer.reason is Reason.FILTERED_OUT) == (count == 0)


def test_facets_count_what_the_filter_lets_through(engine: Engine) -> None:
    """In the folder, by tag and year; a document without a date has no year."""
    chosen = Request("a", filter=MetadataFilter.parse({"folder": "it"})).selection
    facets = engine.catalog.count_facets(["tag", "year", "folder"], chosen)
    assert {one.value.casefold(): one.count for one in facets["tag"]} == {"cats": 20, "dogs": 2}
    assert sum(one.count for one in facets["year"]) == 16
    assert [(one.value, one.count) for one in facets["folder"]] == [("it", 20)]


def test_a_file_that_is_only_touched_changes_nothing(tmp_path: Path) -> None:
    """Its time is no metadata, and metadata that change embed no text again."""
    file, encoder, index = tmp_path / "files" / "a.md", WordEncoder(), str(tmp_path / "index")
    file.parent.mkdir()
    file.write_text("---\ntags: [a]\n---\nCats sleep.\n")
    build_index(file.parent, IndexSettings(index=index), encoder)
    file.touch()
    assert not build_index(file.parent, IndexSettings(index=index), encoder).changed
    sidecar = tmp_path / "files" / "a.md.toml"
    sidecar.write_text('licence = "MIT"\n')
    report = build_index(file.parent, IndexSettings(index=index), encoder)
    assert (report.changed, report.embedded) == (True, 0)
    documents = IndexDirectory(tmp_path / "index").open_current().contents.documents
    assert documents.fields.find_documents("licence", "mit").tolist() == [0]

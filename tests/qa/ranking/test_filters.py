"""Filters inside the search: whenever k passages match, k come back, and none that does not."""

from pathlib import Path

import pytest

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.generation import GenerationContents
from index.generation.metadata_filter import MetadataFilter
from index.search.stores import faiss_ivf
from index.search.stores.exact import ExactStore
from index.search.stores.faiss_ivf import FaissIVFStore
from index.settings import IndexSettings
from qa import Engine
from qa.types import Reason, Request
from tests.doubles import WordEncoder
from tests.qa.ranking.tagged import STEPS, UNITS, check_all_that_match_are_found, make_contents, tag_documents

# Sizes of the collection in units, and how its vectors are searched.
SIZES = {1_000: ExactStore, 100_000: FaissIVFStore}


@pytest.fixture(scope="module", params=SIZES)
def contents(request: pytest.FixtureRequest) -> GenerationContents:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faiss_ivf, "MAX_ONE_LIST_ROWS", 10_000)
        return make_contents(tag_documents(request.param // UNITS), SIZES[request.param])


@pytest.mark.slow
@pytest.mark.parametrize("tag", STEPS)
@pytest.mark.parametrize("question", ["sentence", "yak"])
def test_as_many_passages_are_found_as_match(contents: GenerationContents, tag: str, question: str) -> None:
    """Fifty, or all there are; many units of one passage are in nobody's way."""
    check_all_that_match_are_found(contents, tag, question)


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

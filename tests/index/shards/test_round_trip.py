"""An index of shards is the one that a build makes of the same documents."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build.inventory import SKIPPED, recall_inventory
from index.build.pipeline import build_index
from index.build.sources import read_sources
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.integrity import find_violations
from index.progress import Silent
from index.settings import IndexSettings
from index.shards.bulk import export_index
from index.shards.embed import EmbeddingRun, embed_shard
from index.shards.surroundings import Surroundings
from index.types import Document, Heading, Place
from tests.doubles import WordEncoder
from tests.index.shards.helpers import build, embed, load, read_files, write_texts

FILES = Path(__file__).parents[1] / "parsers" / "files"
# Names that end in a mark are known from two texts on; copies; more than ASCII, and more than one code unit.
SENTENCES = [
    "Cats sleep on mats.", "The Blame! portal is old.", "We read the Blame! page. It was late.", "Öl und Käse: 5 €.",
    "日本語の文です。次の文です。", "cats  SLEEP on mats.", "A 🐈 and a 🐕.", "She read the Blame! Pipes book.",
]  # fmt: skip
DOCUMENTS = st.builds(
    lambda text, title, tag, marked, pages, place: Document(
        "",
        text,
        title,
        {"tag": tag, "n": 1.5, "list": [1, None, True]} if tag else {},
        (Heading(0, 4, 2, "Head"),) if marked and text else (),
        (0, 5) if pages and text else (),
        (Place(0, place),) if place and text else (),
    ),
    st.lists(st.sampled_from(SENTENCES), max_size=6).map("\n\n".join),
    st.sampled_from(["", "Animals", "Wéb"]),
    st.sampled_from(["", "a", "ü"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "slide 1"]),
)
COLLECTIONS = st.dictionaries(st.sampled_from(["a", "b/c", "é", "m", "z"]), DOCUMENTS, min_size=1)


def build_documents(documents: dict[str, Document], index: Path) -> Generation:
    overrides = {name: replace(document, id=name) for name, document in documents.items()}
    build_index(None, IndexSettings(index=str(index)), WordEncoder(), overrides=overrides)
    return IndexDirectory(index).open_current()


def embed_exported(shards: Path, plan_of: Path, number: int) -> None:
    """Embed the documents that were exported anew, each shard by itself."""
    plan = export_index(plan_of, shards, number, Silent())
    run = EmbeddingRun(shards, plan, Surroundings.read(shards).projection, WordEncoder)
    for place in range(number):
        unit_path = plan.get_unit_path(shards, place)
        exported = unit_path.read_bytes()
        unit_path.unlink()
        embed_shard(plan.get_document_path(shards, place), unit_path, run.make_job(place), WordEncoder())
        assert unit_path.read_bytes() == exported


@pytest.mark.slow
@settings(max_examples=20)
@given(documents=COLLECTIONS, number=st.integers(1, 3))
def test_export_and_import_give_the_same_index(documents: dict[str, Document], number: int) -> None:
    """Every file is the same, byte by byte; so is every shard if it is embedded instead of exported."""
    with TemporaryDirectory() as folder:
        original, copied, shards = Path(folder, "a"), Path(folder, "b"), Path(folder, "shards")
        built = build_documents(documents, original)
        embed_exported(shards, original, number)
        loaded = load(shards, copied)
        assert loaded.manifest.files == built.manifest.files
        assert loaded.manifest.corpus == built.manifest.corpus
        assert loaded.contents.documents[:] == built.contents.documents[:]
        assert find_violations(loaded) == []


@pytest.mark.slow
def test_files_of_all_formats_give_the_index_of_a_build(tmp_path: Path) -> None:
    """With titles, metadata, pages and places, what could not be read, and what the collection says of itself."""
    source = tmp_path / "texts"
    shutil.copytree(FILES, source)
    (source / "collection.toml").write_text('title = "Samples"\n', encoding="utf-8")
    (source / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    (source / ".hidden").touch()
    built = build(source, tmp_path / "built")
    embed(source, tmp_path / "shards")
    loaded = load(tmp_path / "shards", tmp_path / "loaded")
    assert built.manifest.problems
    assert SKIPPED in built.manifest.files
    for name in ("files", "corpus", "recipe", "counts", "problems", "settings", "source"):
        assert getattr(loaded.manifest, name) == getattr(built.manifest, name)
    assert read_sources(loaded.folder) == read_sources(built.folder)
    assert recall_inventory(tmp_path / "loaded", loaded.manifest) == recall_inventory(
        tmp_path / "built", built.manifest
    )


def test_an_index_moves_to_another_store(tmp_path: Path) -> None:
    """The store is a setting of the import; what is exported again from there are the same shards."""
    source = write_texts(tmp_path / "texts")
    build(source, tmp_path / "faiss")
    export_index(tmp_path / "faiss", tmp_path / "shards", 2, Silent())
    exact = load(tmp_path / "shards", tmp_path / "exact", store="exact")
    assert exact.manifest.settings["store"] == "exact"
    export_index(tmp_path / "exact", tmp_path / "again", 2, Silent())
    assert read_files(tmp_path / "again") == read_files(tmp_path / "shards")


def test_a_build_after_an_import_parses_nothing(tmp_path: Path) -> None:
    """The shards know the hashes of the files, so the folder can be followed from there on."""
    source = write_texts(tmp_path / "texts")
    embed(source, tmp_path / "shards")
    before = load(tmp_path / "shards", tmp_path / "index")
    report = build_index(source, IndexSettings(index=str(tmp_path / "index")), WordEncoder())
    assert not report.changed
    assert report.manifest == before.manifest


def test_an_import_takes_the_place_of_what_was_served(tmp_path: Path) -> None:
    """Documents that the shards do not have are gone, and the same import again changes nothing."""
    build(write_texts(tmp_path / "old", 20), tmp_path / "index")
    embed(write_texts(tmp_path / "texts"), tmp_path / "shards")
    loaded = load(tmp_path / "shards", tmp_path / "index")
    assert loaded.manifest.files == build(tmp_path / "texts", tmp_path / "built").manifest.files
    assert load(tmp_path / "shards", tmp_path / "index").folder == loaded.folder


class TurnedEncoder(WordEncoder):
    """The same model on a machine that rounds in another way, as if its tokens were projected in another way."""

    @property
    def vocabulary(self) -> Sequence[str]:
        """Other words, from which other directions are learned."""
        return [f"other{number}" for number in range(200)]


def test_tokens_of_two_projections_are_never_mixed(tmp_path: Path) -> None:
    """What an index has from another machine is built again from the shards, which keep their projection."""
    source = write_texts(tmp_path / "texts")
    embed(source, tmp_path / "shards")
    build_index(source, IndexSettings(index=str(tmp_path / "turned")), TurnedEncoder())
    (source / "new.txt").write_text("Birds sing.", encoding="utf-8")
    embed(source, tmp_path / "shards", load=TurnedEncoder)
    expected = load(tmp_path / "shards", tmp_path / "fresh").manifest.files
    assert load(tmp_path / "shards", tmp_path / "turned").manifest.files == expected
    assert build(source, tmp_path / "built").manifest.files == expected

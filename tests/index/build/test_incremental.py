"""A build from the generation before it gives the same generation as one from scratch."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build.load_file import SourceFile
from index.build.parser_process import ParserProcess
from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.integrity import find_violations
from index.settings import IndexSettings
from index.text.chunking import split_into_passages
from index.types import Document, Heading, Passage, Place
from tests.doubles import WordEncoder

# With a name that ends in a mark, which is known as one if it occurs twice; copies of each other; more than ASCII.
SENTENCES = [
    "Cats sleep on mats.", "The Yahoo! portal is old.", "We read the Yahoo! page. It was late.", "Öl und Käse: 5 €.",
    "日本語の文です。次の文です。", "cats  SLEEP on mats.", "Dogs dig holes, and they bark.", "Who knows Yahoo! Nobody.",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6).map("\n\n".join)
DOCUMENTS = st.builds(
    lambda text, title, tag, marked, place: Document(
        "",
        text,
        title,
        {"tag": tag} if tag else {},
        (Heading(0, 4),) if marked else (),
        places=(Place(0, place),) if place else (),
    ),
    TEXTS,
    st.sampled_from(["", "Animals", "Web"]),
    st.sampled_from(["", "a", "b"]),
    st.booleans(),
    st.sampled_from(["", "slide 1", "Animals"]),
)
COLLECTIONS = st.dictionaries(st.sampled_from(["a", "b/c", "é", "z"]), DOCUMENTS, min_size=1)
EDITS = st.dictionaries(st.sampled_from(["a", "b/c", "é", "m", "z"]), st.none() | DOCUMENTS)


def name_documents(documents: Mapping[str, Document | None]) -> dict[str, Document | None]:
    return {name: one and replace(one, id=name) for name, one in documents.items()}


def build(folder: Path, overrides: Mapping[str, Document | None], **others: object) -> Generation:
    build_index(None, IndexSettings(index=str(folder), **others), WordEncoder(), overrides=name_documents(overrides))
    return IndexDirectory(folder).open_current()


@pytest.mark.slow
@settings(max_examples=20)
@given(store=st.sampled_from(["faiss", "exact"]), before=COLLECTIONS, edits=st.lists(EDITS, min_size=1, max_size=2))
def test_a_build_after_edits_equals_one_from_scratch(
    store: str, before: dict[str, Document], edits: list[dict[str, Document | None]]
) -> None:
    """Every file is the same, byte by byte, whatever was added, replaced and removed."""
    with TemporaryDirectory() as folder:
        incremental, scratch, documents = Path(folder, "a"), Path(folder, "b"), dict(before)
        build(incremental, before, store=store)
        for edit in edits:
            edited, documents = build(incremental, edit, store=store), {**documents, **edit}
        built = build(scratch, documents, store=store)
        assert edited.manifest.corpus == built.manifest.corpus
        assert edited.manifest.files == built.manifest.files
        assert find_violations(edited) == []


def test_only_changed_documents_are_chunked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are copied; one whose sentences depend on a name that became known is not."""
    documents = {"a": Document("", "Cats sleep."), "b": Document("", "I like the Yahoo! Cats too."), "c": None}
    build(tmp_path, documents)
    seen: list[str] = []

    def split_and_note(document: Document, *others: Any) -> list[Passage]:  # noqa: ANN401 — passed on
        seen.append(document.id)
        return split_into_passages(document, *others)

    monkeypatch.setattr("index.build.split_documents.split_into_passages", split_and_note)
    build(tmp_path, {"c": Document("", "Dogs dig.")})
    assert seen == ["c"]
    seen.clear()
    build(tmp_path, {"d": Document("", "See the Yahoo! page and the Yahoo! portal.")})
    assert seen == ["b", "d"]


def test_an_override_wins_over_the_folder(tmp_path: Path) -> None:
    """One that is None removes the document of that id; the folder itself is not touched."""
    source = tmp_path / "texts"
    source.mkdir()
    (source / "a.txt").write_text("Cats sleep.", encoding="utf-8")
    (source / "b.txt").write_text("Dogs dig.", encoding="utf-8")
    overrides = {"a.txt": Document("a.txt", "Cats purr."), "b.txt": None}
    build_index(source, IndexSettings(index=str(tmp_path / "index")), WordEncoder(), overrides=overrides)
    contents = IndexDirectory(tmp_path / "index").open_current().contents
    assert [(document.id, document.text) for document in contents.documents] == [("a.txt", "Cats purr.")]


def test_a_build_without_a_source_keeps_what_files_gave(tmp_path: Path) -> None:
    """Their folder may be gone; the manifest still names it."""
    source = tmp_path / "texts"
    source.mkdir()
    (source / "a.txt").write_text("Cats sleep.", encoding="utf-8")
    build_index(source, IndexSettings(index=str(tmp_path / "index")), WordEncoder())
    (source / "a.txt").unlink()
    generation = build(tmp_path / "index", {"b": Document("", "Dogs dig.")})
    assert [document.id for document in generation.contents.documents] == ["a.txt", "b"]
    assert generation.manifest.source == str(source)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the files that are parsed."""
    ids: list[str] = []
    begin = ParserProcess.begin

    def begin_and_note(self: ParserProcess, file: SourceFile, has_sidecar: bool) -> None:
        ids.append(file.id)
        begin(self, file, has_sidecar)

    monkeypatch.setattr(ParserProcess, "begin", begin_and_note)
    return ids


def test_only_files_that_changed_are_parsed(tmp_path: Path, parsed: list[str]) -> None:
    """By what is in them and in their sidecars; one with a problem is read again, and its problem is reported again."""
    source, settings = tmp_path / "texts", IndexSettings(index=str(tmp_path / "index"))
    source.mkdir()
    for name, text in {
        "a.txt": "Cats.",
        "b.txt": "Dogs.",
        "c.txt": "",
        "d.jsonl": '{"id": "d", "text": "Ducks."}',
    }.items():
        (source / name).write_text(text, encoding="utf-8")
    build_index(source, settings, WordEncoder())
    parsed.clear()
    os.utime(source / "a.txt")
    (source / "b.txt.toml").write_text('title = "Hounds"', encoding="utf-8")
    report = build_index(source, settings, WordEncoder())
    assert parsed == ["b.txt", "c.txt"]
    assert [problem.where for problem in report.problems] == ["c.txt"]
    documents = IndexDirectory(tmp_path / "index").open_current().contents.documents
    assert [(one.id, one.title) for one in documents] == [("a.txt", "a"), ("b.txt", "Hounds"), ("d", "")]
    assert not build_index(source, settings, WordEncoder()).changed


def test_a_file_comes_back_when_nothing_overrides_it_any_more(tmp_path: Path) -> None:
    """Though it did not change since."""
    source, settings = tmp_path / "texts", IndexSettings(index=str(tmp_path / "index"))
    source.mkdir()
    (source / "a.txt").write_text("Cats sleep.", encoding="utf-8")
    build_index(source, settings, WordEncoder())
    for overrides in ({"a.txt": Document("a.txt", "Cats purr."), "b": Document("b", "Dogs dig.")}, {}):
        build_index(source, settings, WordEncoder(), overrides=overrides)
    contents = IndexDirectory(tmp_path / "index").open_current().contents
    assert [document.text for document in contents.documents] == ["Cats sleep."]


def test_an_id_that_moves_to_another_file_is_taken_from_there(tmp_path: Path) -> None:
    """Of two files with the same id the first one counts, though only the other one was indexed before."""
    source, settings = tmp_path / "texts", IndexSettings(index=str(tmp_path / "index"))
    source.mkdir()
    (source / "b.jsonl").write_text('{"id": "x", "text": "Old."}', encoding="utf-8")
    build_index(source, settings, WordEncoder())
    (source / "a.jsonl").write_text('{"id": "x", "text": "New."}', encoding="utf-8")
    report = build_index(source, settings, WordEncoder())
    assert [(problem.where, "'x' is already used" in problem.reason) for problem in report.problems] == [
        ("b.jsonl", True)
    ]
    assert IndexDirectory(tmp_path / "index").open_current().contents.documents[0].text == "New."


def test_a_held_generation_is_finished_and_not_served(tmp_path: Path) -> None:
    """It is there to be published."""
    first = build(tmp_path, {"a": Document("", "Cats sleep.")})
    assert build(tmp_path, {"a": Document("", "Cats purr.")}, hold=True).manifest == first.manifest
    names = IndexDirectory(tmp_path).list_generations()
    assert len(names) == 2
    assert Generation.open(tmp_path / names[1]).contents.documents[0].text == "Cats purr."


def test_a_collection_can_become_empty(tmp_path: Path) -> None:
    """Its last document may be removed, and another one added."""
    build(tmp_path, {"a": Document("", "Cats sleep.")})
    empty = build(tmp_path, {"a": None})
    assert (len(empty.contents.documents), find_violations(empty)) == (0, [])
    assert [document.id for document in build(tmp_path, {"b": Document("", "Dogs dig.")}).contents.documents] == ["b"]

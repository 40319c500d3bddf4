"""``collection.toml``: what a folder says of itself is kept in the generation, and nothing wrong in it stops a build."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.__main__ import main
from index.build.collection_file import COLLECTION_FILE, read_collection_file
from index.build.pipeline import BuildReport, build_index
from index.errors import LoadError
from index.generation.collection_info import COLLECTION, NO_INFO, CollectionInfo
from index.generation.directory import IndexDirectory
from index.generation.integrity import find_violations
from index.settings import IndexSettings
from tests.doubles import WordEncoder

STATED = 'title = "Staff  handbook"\ndescription = "Rules, and\\nforms."\nlanguages = ["en", "de-CH"]\n'
INFO = CollectionInfo("Staff handbook", "Rules, and forms.", ("en", "de-CH"))
MORE = 'origin = "The office, floor 3"\nlicense = "CC BY 4.0"\nquestions = ["Who may  travel?", "Who pays?", "Who pays?"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one document."""
    source = tmp_path / "texts"
    source.mkdir()
    (source / "a.txt").write_text("The film was directed by somebody.")
    return source


def build(folder: Path, source: bool = True) -> BuildReport:
    """Build an index beside the folder."""
    return build_index(folder if source else None, IndexSettings(index=str(folder.parent / "index")), WordEncoder())


def read_served(folder: Path) -> CollectionInfo:
    """Return what the served generation says, which must be intact."""
    generation = IndexDirectory(folder.parent / "index").open_current()
    generation.verify()
    assert find_violations(generation) == []
    return generation.collection


def test_what_the_folder_says_is_kept(folder: Path) -> None:
    """Title, description and languages are in the generation, on one line each, and the file is no document."""
    (folder / COLLECTION_FILE).write_text(STATED)
    report = build(folder)
    assert read_served(folder) == INFO
    assert report.problems == ()
    assert report.manifest.counts["documents"] == 1
    assert COLLECTION in report.manifest.files


def test_origin_licence_and_questions_are_kept_too(folder: Path) -> None:
    """Each question is there once and on one line; a change of any of them is another generation."""
    (folder / COLLECTION_FILE).write_text(STATED + MORE)
    build(folder)
    kept = read_served(folder)
    assert kept == replace(
        INFO, origin="The office, floor 3", license="CC BY 4.0", questions=("Who may travel?", "Who pays?")
    )
    (folder / COLLECTION_FILE).write_text(STATED + MORE.replace("4.0", "3.0"))
    assert build(folder).changed
    assert read_served(folder).license == "CC BY 3.0"


def test_a_generation_of_an_older_program_is_read(folder: Path, tmp_path: Path) -> None:
    """Its file has title, description and languages only; one that states no more than these is still written so."""
    (folder / COLLECTION_FILE).write_text(STATED)
    build(folder)
    generation = IndexDirectory(folder.parent / "index").open_current()
    older = {"title": "Staff handbook", "description": "Rules, and forms.", "languages": ["en", "de-CH"]}
    assert json.loads((generation.folder / COLLECTION).read_text()) == older
    (tmp_path / COLLECTION).write_text(json.dumps(older))
    assert CollectionInfo.read(tmp_path) == INFO


def test_a_folder_that_says_nothing_has_the_files_it_had(folder: Path) -> None:
    """Without the file nothing is written, and nothing is stated."""
    assert COLLECTION not in build(folder).manifest.files
    assert read_served(folder) == NO_INFO


def test_another_title_is_another_generation(folder: Path) -> None:
    """A change of the file alone is published, embeds nothing, and is no change the second time."""
    first = build(folder)
    (folder / COLLECTION_FILE).write_text(STATED)
    second = build(folder)
    assert (second.changed, second.embedded) == (True, 0)
    assert second.manifest.generation != first.manifest.generation
    assert read_served(folder) == INFO
    assert not build(folder).changed
    (folder / COLLECTION_FILE).unlink()
    assert build(folder).changed
    assert read_served(folder) == NO_INFO


def test_a_build_that_reads_no_files_keeps_it(folder: Path) -> None:
    """What is written over HTTP is built without the folder; the collection still says what it said."""
    (folder / COLLECTION_FILE).write_text(STATED)
    build(folder)
    settings = IndexSettings(index=str(folder.parent / "index"))
    assert build_index(None, settings, WordEncoder(), overrides={"a.txt": None}).changed
    assert read_served(folder) == INFO


def test_a_wrong_file_is_a_problem_and_keeps_what_was_said(folder: Path) -> None:
    """A mistake is reported with its place, the documents are indexed, and the earlier title stays."""
    (folder / COLLECTION_FILE).write_text(STATED)
    build(folder)
    (folder / COLLECTION_FILE).write_text("title = Staff")
    (folder / "b.txt").write_text("Another one.")
    report = build(folder)
    assert [problem.where for problem in report.problems] == [COLLECTION_FILE]
    assert "is not TOML" in report.problems[0].reason
    assert report.manifest.counts["documents"] == 2
    assert read_served(folder) == INFO


def test_only_the_file_at_the_top_describes_the_collection(folder: Path) -> None:
    """Below, the name is that of a sidecar without a file."""
    (folder / "below").mkdir()
    (folder / "below" / COLLECTION_FILE).write_text(STATED)
    report = build(folder)
    assert "describes below/collection, which does not exist" in report.problems[0].reason
    assert read_served(folder) == NO_INFO


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            'titel = "x"',
            "unknown field 'titel': must be one of title, description, languages, origin, license, questions",
        ),
        ("title = 3", "invalid title '3': must be a text of at most 200 characters"),
        (f'description = "{"x" * 2001}"', "must be a text of at most 2,000 characters"),
        ('languages = "en"', "invalid languages en: must be a list such as"),
        ('languages = ["english please"]', "must be a list such as"),
        ('title = "\\u0000"', "invalid title"),
        (f'origin = "{"x" * 501}"', "must be a text of at most 500 characters"),
        ("license = true", "invalid license 'True': must be a text of at most 200 characters"),
        ('questions = "Who?"', "invalid questions (Who?): must be a list of at most 20 texts"),
        (f"questions = {['Who?'] * 21}", "invalid questions (21 of them): must be a list of at most 20 texts"),
        (f'questions = ["{"x" * 201}"]', "invalid question 'xxx"),
        ('questions = ["Who?", 3]', "invalid question '3'"),
        ('questions = [" "]', "invalid question '': must not be empty"),
        (b'\xff\xfe = "x"', "is not TOML"),
        (b"#" * 100_001, "is no file of at most 100,000 bytes"),
    ],
)
def test_a_mistake_is_named_with_its_value(content: str | bytes, reason: str, tmp_path: Path) -> None:
    """The message says what is wrong, the value and what it must be."""
    path = tmp_path / COLLECTION_FILE
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(LoadError) as error:
        read_collection_file(path)
    assert reason in str(error.value)


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    """Something that is no file would keep the build waiting for ever."""
    os.mkfifo(tmp_path / COLLECTION_FILE)
    with pytest.raises(LoadError):
        read_collection_file(tmp_path / COLLECTION_FILE)


def test_status_and_a_dry_run_say_it(folder: Path) -> None:
    """The title and the languages; a dry run those that a build would keep, and nothing if nothing is stated."""
    index = ("--index", str(folder.parent / "index"), "--model", "words")
    assert "collection" not in CliRunner().invoke(main, ["build", str(folder), "--dry-run", *index]).stderr
    build(folder)
    assert "collection" not in CliRunner().invoke(main, ["status", *index[:2]]).stdout
    (folder / COLLECTION_FILE).write_text(STATED)
    line = "collection  Staff handbook (en, de-CH)\n"
    assert line in CliRunner().invoke(main, ["build", str(folder), "--dry-run", *index]).stderr
    build(folder)
    assert line in CliRunner().invoke(main, ["status", *index[:2]]).stdout
    (folder / COLLECTION_FILE).write_text("title = Staff")
    assert line in CliRunner().invoke(main, ["build", str(folder), "--dry-run", *index]).stderr
    (folder / COLLECTION_FILE).write_text('languages = ["fr"]')
    build(folder)
    assert "collection  (fr)\n" in CliRunner().invoke(main, ["status", *index[:2]]).stdout

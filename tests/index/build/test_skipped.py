"""What a build passed over and could not read is kept in its generation, for whoever serves it or goes back to it."""

import shutil
from pathlib import Path

import pytest

from index.build.inventory import INVENTORY, MAX_KEPT, SKIPPED, Inventory, Skip, SkipReason, recall_inventory
from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.integrity import find_violations
from index.settings import IndexSettings
from tests.doubles import WordEncoder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a document, one that cannot be read, and a hidden file."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("Cats sleep.", encoding="utf-8")
    (folder / "b.png").write_bytes(b"\x89PNG")
    (folder / ".c").write_text("c", encoding="utf-8")
    return folder


def build(source: Path) -> Generation:
    """Build an index beside the folder and open what it serves, which must be intact."""
    root = source.parent / "index"
    build_index(source, IndexSettings(index=str(root)), WordEncoder())
    generation = IndexDirectory(root).open_current()
    generation.verify()
    assert find_violations(generation) == []
    return generation


def recall(generation: Generation) -> Inventory:
    """Return what is known of the folder that a generation was built from."""
    return recall_inventory(generation.folder.parent, generation.manifest)


def test_a_generation_that_is_gone_back_to_says_what_it_left_out(source: Path) -> None:
    """The index folder has the inventory of the last build only; each generation has its own."""
    first = build(source)
    (source / ".c").unlink()
    (source / "b.png").unlink()
    (source / "d.txt").write_text("Dogs bark.", encoding="utf-8")
    second = build(source)
    assert (recall(second).skipped, recall(second).problems) == ((), ())
    assert SKIPPED not in second.manifest.files
    assert recall(first).skipped == (Skip(".c", SkipReason.HIDDEN),)
    assert [problem.where for problem in recall(first).problems] == ["b.png"]


def test_the_newest_build_counts_though_it_made_no_generation(source: Path) -> None:
    """The documents are the same, so the generation stays, and what it says of its own build is out of date."""
    generation = build(source)
    (source / ".d").write_text("d", encoding="utf-8")
    assert build(source).folder == generation.folder
    assert [skip.where for skip in recall(generation).skipped] == [".c", ".d"]


def test_what_was_passed_over_changes_no_name(source: Path) -> None:
    """A generation is named after its documents and how they were indexed."""
    name = build(source).folder.name
    (source / ".c").unlink()
    shutil.rmtree(source.parent / "index")
    assert build(source).folder.name == name


def test_a_generation_names_the_first_and_counts_all(source: Path) -> None:
    """A folder may have any number of files that are passed over; a server reads the list."""
    for number in range(MAX_KEPT + 4):
        (source / f".{number:05}").touch()
    generation = build(source)
    everything = recall(generation)
    assert len(everything.skipped) == MAX_KEPT + 5
    (generation.folder.parent / INVENTORY).unlink()
    kept = recall(generation)
    assert kept.skipped == everything.skipped[:MAX_KEPT]
    assert kept.count_skipped() == everything.count_skipped()


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"counts": {"odd": 1}, "skipped": []}', '{"counts": {}, "skipped": 3}']
)
def test_a_list_that_cannot_be_understood_costs_nothing_else(source: Path, content: str) -> None:
    """It informs only, as that of a newer program may: the problems are those of the manifest."""
    generation = build(source)
    (generation.folder.parent / INVENTORY).unlink()
    (generation.folder / SKIPPED).write_text(content, encoding="utf-8")
    assert recall(generation) == Inventory(problems=generation.manifest.problems)

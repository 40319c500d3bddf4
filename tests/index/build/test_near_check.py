"""What a generation says of copies and near copies is compared with its own texts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from index.__main__ import main
from index.build import near_check, pipeline
from index.build.copies import SKETCHES, CopyGroup, read_copies, write_copies
from index.build.near_check import find_copy_violations
from index.build.near_passages import mark_near_copies
from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.near_copies import LINK_DTYPE, NO_NEAR_COPIES, NearCopies
from index.settings import IndexSettings
from index.types import Document
from tests.doubles import WordEncoder

MUSEUM = "The museum of the sea is open every day from nine to {}, except on Mondays and on holidays of the country."
TRAINS = "Trains to the coast leave from platform two in summer, and from platform one in winter, at about {}."


@pytest.fixture
def sound(tmp_path: Path) -> Generation:
    """Return a generation of two groups of documents that are nearly the same, and another document."""
    texts = {f"{n}-{hour}": text.format(hour) for n, text in enumerate((TRAINS, MUSEUM)) for hour in ("five", "six")}
    documents = {name: Document(name, text) for name, text in {**texts, "0-x": "Dogs dig holes."}.items()}
    build_index(None, IndexSettings(index=str(tmp_path)), WordEncoder(), overrides=documents)
    return IndexDirectory(tmp_path).open_current()


def mark(generation: Generation, near_copies: NearCopies) -> Generation:
    passages = generation.contents.passages.with_near_copies(near_copies)
    return replace(generation, contents=replace(generation.contents, passages=passages))


def test_a_sound_generation_has_no_fault(sound: Generation, tmp_path: Path) -> None:
    """There are no false alarms, and the command checks it."""
    assert sound.contents.passages.near_copies.firsts.tolist() == [[1, 0], [4, 3]]
    assert find_copy_violations(sound) == []
    assert (
        find_copy_violations(mark(sound, replace(sound.contents.passages.near_copies, links=np.empty(0, LINK_DTYPE))))
        == []
    )
    result = CliRunner().invoke(main, ["verify", "--index", str(tmp_path)])
    assert (result.exit_code, "every hash and every invariant holds" in result.output) == (0, True)


def test_near_copies_that_the_texts_do_not_give_are_found(sound: Generation) -> None:
    """One that is stated and is none, one that is not stated, and documents and links that are others."""
    near, passages = sound.contents.passages.near_copies, sound.contents.passages
    ids = [passage.id for passage in passages]
    wrong = replace(near, firsts=np.array([[1, 0], [2, 0]]))
    assert find_copy_violations(mark(sound, wrong)) == [
        f"{ids[2]} is stated to be a near copy of {ids[0]}, by the texts it is no near copy",
        f"{ids[4]} is stated to be no near copy, by the texts it is a near copy of {ids[3]}",
    ]
    assert "documents that are nearly the same" in find_copy_violations(mark(sound, NO_NEAR_COPIES))[0]
    (fault,) = find_copy_violations(mark(sound, replace(near, links=near.links[:2])))
    assert "the links in groups of copies" in fault


def test_the_command_names_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And fails, though every hash is right: the build wrote what the texts do not give."""
    monkeypatch.setattr(pipeline, "mark_near_copies", lambda passages, *_: passages)
    documents = {hour: Document(hour, MUSEUM.format(hour)) for hour in ("five", "six")}
    build_index(None, IndexSettings(index=str(tmp_path)), WordEncoder(), overrides=documents)
    result = CliRunner().invoke(main, ["verify", "--index", str(tmp_path)])
    assert result.exit_code == 1
    assert "by the texts it is a near copy of five#0-" in result.output


def test_sketches_and_groups_that_the_texts_do_not_give_are_found(sound: Generation) -> None:
    """They decide which documents the next build compares."""
    sketches = np.load(sound.folder / SKETCHES)
    write_copies(sound.folder, np.roll(sketches, 1), [CopyGroup(("0-x", "1-six"), True)])
    faults = find_copy_violations(sound)
    assert "the sketch of 0-x is not that of its text" in faults
    assert "the groups of copies are not those that the texts give" in faults
    write_copies(sound.folder, sketches[:2], read_copies(sound.folder))
    assert "there are 2 sketches for 5 documents" in find_copy_violations(sound)


def test_of_many_passages_a_sample_is_compared(sound: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the other groups the links are taken as they are, and must give the near copies that are stated."""
    compared: list[int] = []

    def note(*arguments: object) -> object:
        marked = mark_near_copies(*arguments)
        compared.append(len(np.unique(arguments[2].links["key"], axis=0)))
        return marked

    monkeypatch.setattr(near_check, "mark_near_copies", note)
    assert find_copy_violations(sound) == []
    monkeypatch.setattr(near_check, "MAX_COMPARED_PASSAGES", 2)
    assert find_copy_violations(sound) == []
    assert compared == [0, 1]
    wrong = replace(sound.contents.passages.near_copies, firsts=np.array([[2, 0]]))
    assert len(find_copy_violations(mark(sound, wrong))) == 3


def test_what_another_version_built_is_not_compared(sound: Generation) -> None:
    """That may have called other passages near copies; the integrity check reads it nevertheless."""
    other = replace(sound, manifest=replace(sound.manifest, recipe="of another version"))
    assert sound.manifest.is_of_this_version
    assert find_copy_violations(mark(other, NO_NEAR_COPIES)) == []

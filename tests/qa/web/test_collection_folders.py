"""The folders of several collections: what new workers open if one is damaged or lost while it is served."""

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build.pipeline import build_index
from index.errors import NetsphereError
from index.settings import IndexSettings
from qa.reader import NONE
from qa.web import collection_opener, create_app
from qa.web.collection_folders import CollectionFolders
from qa.web.collections import ServedCollection
from qa.web.service import AppOptions
from tests.doubles import WordEncoder
from tests.qa.web.two_collections import TEXTS, build_once

LEAVE = "Every employee has thirty days of paid leave in a year."


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CollectionFolders]:
    """Two collections of which a version is served, by an encoder that needs no model."""
    monkeypatch.setattr(collection_opener, "load_generation_encoder", lambda *_: WordEncoder())
    for name in TEXTS:
        shutil.copytree(build_once(name), tmp_path / name)
    folders = CollectionFolders({name: tmp_path / name for name in TEXTS}, None, NONE, "")
    folders.note_served(folders.find_version())
    yield folders
    folders.release_files()


def publish(root: Path, text: str) -> str:
    """Build a new generation of one document and return its name."""
    source = root.parent / f"source-{root.name}"
    source.mkdir(exist_ok=True)
    (source / "new.txt").write_text(text, encoding="utf-8")
    return build_index(source, IndexSettings(index=str(root)), WordEncoder()).manifest.generation


def open_as_worker(folders: CollectionFolders) -> dict[str, ServedCollection]:
    """Return the collections of the version that is found now; the process has its files no more afterwards."""
    served = folders.open_version(folders.find_version())
    folders.release_files()
    return {one.name: one for one in served}


def get_generations(served: dict[str, ServedCollection]) -> dict[str, str]:
    """Return what is open."""
    return {name: one.engine.catalog.describe_index().generation for name, one in served.items()}


def lose(index: Path, harm: str) -> None:
    """Delete the folder of an index, or let nobody follow its path, the superuser neither."""
    shutil.rmtree(index)
    if harm == "unreadable":
        index.symlink_to(index)


@pytest.mark.parametrize("harm", ["deleted", "unreadable"])
def test_a_lost_folder_keeps_no_other_from_its_new_generation(
    folders: CollectionFolders, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What is open of the lost one is opened again, and log, list and readiness name it until it is back."""
    index = folders.roots["staff"]
    before = dict(part.split("=") for part in folders.find_version().split(" "))
    lose(index, harm)
    published = publish(folders.roots["films"], "The film Akira was directed by Katsuhiro Otomo.")
    served = open_as_worker(folders)
    assert get_generations(served) == {"films": published, "staff": before["staff"]}
    assert served["staff"].engine.ask("How many days of paid leave?").passages[0].text == LEAVE
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert any(
        line.startswith("the collection staff: ") and f"generation {before['staff']} is still served" in line
        for line in lines
    )

    client = create_app(list(served.values()), AppOptions(feedback=index.parent / "f.sqlite")).test_client()
    problems = {one["name"]: one["problem"] for one in client.get("/v1/collections").get_json()["collections"]}
    assert problems == {"films": None, "staff": problems["staff"]}
    assert "the log names it" in problems["staff"]
    problem = client.get("/readyz").get_json()
    assert (problem["code"], problem["detail"][:20]) == ("index_damaged", "The collection staff")

    index.unlink(missing_ok=True)
    shutil.copytree(build_once("staff"), index)
    assert client.get("/readyz").status_code == 200
    assert client.get("/v1/collections").get_json()["collections"][1]["problem"] is None


def test_a_worker_that_replaces_one_that_died_opens_what_is_lost(folders: CollectionFolders) -> None:
    """Though the version is the same: its files are kept as long as they are served."""
    version = folders.find_version()
    lose(folders.roots["staff"], "deleted")
    assert folders.find_version() == version
    assert folders.open_version(version)[1].engine.ask("How many days of paid leave?").passages[0].text == LEAVE


def test_a_damaged_generation_is_replaced_by_what_was_served_and_told(folders: CollectionFolders) -> None:
    """Also if a build has removed it: the server holds it open."""
    staff, before = folders.roots["staff"], folders.find_version().rpartition("=")[2]
    published = publish(staff, "The canteen opens at noon.")
    shutil.rmtree(staff / before)
    (staff / published / "manifest.json").write_text("{}", encoding="utf-8")
    served = open_as_worker(folders)["staff"]
    assert served.engine.catalog.describe_index().generation == before
    assert served.problem == f"Generation {published} cannot be opened; {before}, which is older, is served."


def test_an_outdated_version_is_not_served_again(folders: CollectionFolders) -> None:
    """If its files are not kept: the next look at the folder finds the generation that replaced it."""
    staff = folders.roots["staff"]
    version = folders.find_version()
    published = publish(staff, "The canteen opens at noon.")
    shutil.rmtree(staff / version.rpartition("=")[2])
    folders.release_files()
    with pytest.raises(NetsphereError, match="the collection staff cannot be served"):
        folders.open_version(version)
    assert get_generations(open_as_worker(folders))["staff"] == published


def test_only_what_is_served_or_found_is_held_open(folders: CollectionFolders) -> None:
    """Files of generations before it take up no disk."""
    films, first = folders.roots["films"], folders.find_version()
    published = publish(films, "The film Akira was directed by Katsuhiro Otomo.")
    second = folders.find_version()
    assert len(folders._kept.list_kept(films)) == 2
    folders.note_served(second)
    assert folders._kept.list_kept(films) == [published]
    assert second != first


def test_what_replaces_a_damaged_generation_is_held_open(folders: CollectionFolders) -> None:
    """Although a newer version is served: a worker that starts later opens it, too, until a newer one is opened."""
    staff, before = folders.roots["staff"], folders.find_version().rpartition("=")[2]
    damaged = publish(staff, "The canteen opens at noon.")
    (staff / damaged / "manifest.json").write_text("{}", encoding="utf-8")
    shutil.rmtree(staff / before)
    for _ in range(2):
        version = folders.find_version()
        served = {one.name: one for one in folders.open_version(version)}
        assert get_generations(served)["staff"] == before
        folders.note_served(version)
        assert before in folders._kept.list_kept(staff)
    published = publish(staff, "The canteen opens at one o'clock.")
    version = folders.find_version()
    assert get_generations({one.name: one for one in folders.open_version(version)})["staff"] == published
    folders.note_served(version)
    assert folders._kept.list_kept(staff) == [published]


def test_what_a_forked_worker_has_opened_is_held_open(folders: CollectionFolders) -> None:
    """The supervisor opens nothing itself."""
    films, before = folders.roots["films"], folders.find_version()
    child = os.fork()
    if child == 0:
        folders._opened["films"][:15] = before.partition("=")[2][:15].encode()
        os._exit(0)
    os.waitpid(child, 0)
    published = publish(films, "The film Akira was directed by Katsuhiro Otomo.")
    folders.note_served(folders.find_version())
    assert len(folders._kept.list_kept(films)) == 2
    assert published in folders._kept.list_kept(films)

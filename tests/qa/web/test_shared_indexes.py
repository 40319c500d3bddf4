"""Index folders that follow a database, as a server sees them."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from index.build.pipeline import build_index
from index.errors import NetsphereError, StoreError
from index.search.stores.access import StoreAccess
from index.settings import IndexSettings
from index.types import Document
from qa.web import shared_indexes
from qa.web.shared_indexes import follow_databases, list_shared, pull_first
from tests.doubles import WordEncoder

NOWHERE = StoreAccess("http://127.0.0.1:1", timeout_s=1)


def build(root: Path) -> None:
    recipe = IndexSettings(index=str(root))
    build_index(None, recipe, WordEncoder(), overrides={"a": Document("a", "Cats sleep.", "Cats")})


def fail(root: Path) -> None:
    raise StoreError(f"the database of {root.name} is gone")


def test_only_folders_that_have_a_database_are_followed(tmp_path: Path) -> None:
    """The others cost nothing."""
    (tmp_path / "local").mkdir()
    NOWHERE.write(tmp_path / "shared")
    assert list_shared([tmp_path / "local", tmp_path / "shared"]) == [tmp_path / "shared"]


def test_a_server_starts_with_what_its_folder_has(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """If the database is lost; a folder that has nothing is an error, which is the database's."""
    build(tmp_path / "one")
    pull_first([tmp_path / "one"], fail)
    assert "the database of one is gone" in caplog.text and "is served" in caplog.text
    with pytest.raises(NetsphereError, match="the database of two is gone"):
        pull_first([tmp_path / "two"], fail)


class Following:
    """A follower in a thread, whose folder gives one result after the other."""

    def __init__(self, results: list[object]) -> None:
        """Start it."""
        self.ours, self._theirs = socket.socketpair()
        self._results: Iterator[object] = iter(results)
        self._thread = Thread(target=follow_databases, args=([Path("films")], self._theirs, self._pull))
        self._thread.start()

    def _pull(self, root: Path) -> str | None:
        result = next(self._results, None)
        if result is None:
            # All were given: the supervisor ends.
            self.ours.shutdown(socket.SHUT_WR)
        if isinstance(result, Exception):
            raise result
        return str(result) if result else None

    def finish(self) -> bytes:
        """Wait for the end, and return what was said."""
        self._thread.join(30)
        assert not self._thread.is_alive()
        self._theirs.close()
        with self.ours:
            return self.ours.recv(100)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_indexes, "POLL_S", 0.01)
    monkeypatch.setattr(shared_indexes.os, "nice", lambda step: step)


@pytest.mark.usefixtures("quick")
def test_each_new_generation_is_told_and_a_failure_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """So that the log of a night without the database is one line and not thousands."""
    caplog.set_level(logging.INFO)
    gone = StoreError("no connection")
    said = Following(["000001-a", "", gone, gone, gone, "000002-b"]).finish()
    assert said == b"PP"
    assert caplog.text.count("no connection") == 1
    assert caplog.text.count("follows its database again") == 1
    assert "generation 000002-b was fetched" in caplog.text

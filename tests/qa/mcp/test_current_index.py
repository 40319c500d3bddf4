"""A program that runs for days answers from the generation that is current."""

import pytest

from index.errors import DamagedGeneration
from qa.mcp.current_index import CurrentIndex
from qa.types import Request
from qa.web.collections import DEFAULT_NAME, ServedCollection
from tests.qa.web.helpers import HandMade


class Published:
    """What an index folder says."""

    def __init__(self) -> None:
        """Begin with one generation."""
        self.name, self.opened = "000001", list[HandMade]()
        self.error: Exception | None = None

    def find_version(self) -> str:
        return self.name

    def open_version(self, version: str) -> list[ServedCollection]:
        assert version == self.name
        if self.error:
            raise self.error
        self.opened.append(HandMade())
        return [ServedCollection(DEFAULT_NAME, self.opened[-1], is_named=False)]


def test_a_new_generation_is_opened_by_the_next_call() -> None:
    """Once; a call under way ends with the one that it began with."""
    published = Published()
    index = CurrentIndex(published.find_version, published.open_version)
    with index.use_service() as before:
        published.name = "000002"
        with index.use_service() as after, index.use_service() as again:
            assert after is again
            assert [before.engine, after.engine] == published.opened
        assert before.ask(Request("Who?"), "").answer
    index.close()


def test_a_service_is_closed_when_its_last_call_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before, and the one that is current stays open."""
    closed: list[object] = []
    monkeypatch.setattr("qa.web.service.Service.close", lambda service: closed.append(service.engine))
    published = Published()
    index = CurrentIndex(published.find_version, published.open_version)
    with index.use_service():
        published.name = "000002"
        with index.use_service():
            pass
        assert closed == []
    assert closed == published.opened[:1]


def test_a_generation_that_cannot_be_opened_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, tried once, and the one before it answers on."""
    published = Published()
    index = CurrentIndex(published.find_version, published.open_version)
    published.name, published.error = "000002", DamagedGeneration("a file is damaged")
    for _ in range(2):
        with index.use_service() as service:
            assert [service.engine] == published.opened
    assert caplog.text.count("a file is damaged") == 1
    index.close()

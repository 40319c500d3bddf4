"""A generation that is damaged while it is served: a problem that says so, and never another answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from index.build.pipeline import build_index
from index.errors import DamagedGeneration
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from qa.engine import Engine
from qa.reader import NONE
from qa.web import create_app
from qa.web.app import service_of
from tests.doubles import WordEncoder
from tests.qa.web.helpers import HandMade

ROUTES = ("/v1/ask?q=Where+do+cats+sleep%3F&mode=fast", "/v1/documents/a.txt", "/?q=Where+do+cats+sleep%3F", "/readyz")


def overwrite(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index all of whose arrays are as those of a large one: they have checksums and are read on access."""
    monkeypatch.setattr("index.generation.generation.MIN_CHECKSUM_BYTES", 0)
    monkeypatch.setattr("index.disk.arrays.MAX_LOADED_BYTES", 0)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("Cats sleep on mats. Dogs dig holes.", encoding="utf-8")
    build_index(tmp_path / "texts", IndexSettings(index=str(tmp_path / "index"), store="exact"), WordEncoder())
    return tmp_path / "index"


@pytest.fixture
def client(index: Path) -> Iterator[FlaskClient]:
    app = create_app(Engine(IndexDirectory(index).open_current(), WordEncoder(), NONE))
    yield app.test_client()
    service_of(app).close()


def find_texts(index: Path) -> Path:
    return next(index.glob("*/documents/texts.npy"))


def test_every_route_that_needs_a_damaged_file_says_so(
    index: Path, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """With a stable code, without a path or a traceback, which are for the log; what needs no file goes on."""
    assert [client.get(route).status_code for route in ROUTES] == [200] * 4
    overwrite(find_texts(index))
    service_of(client.application).engine._contents.passages.get_text.cache_clear()
    for route in ("/v1/documents/a.txt", "/readyz"):
        response = client.get(route)
        assert response.status_code == 503
        assert response.json
        assert response.json["code"] == "index_damaged"
        assert "the log names it" in response.json["detail"]
        assert str(index) not in response.text
        assert response.headers["Retry-After"] == "5"
    assert client.get("/healthz").status_code == 200
    assert f"{find_texts(index)} is damaged: its bytes from 0 on are not those that were written" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("name", ["documents/texts.npy", "tokens/small.npy"])
def test_a_question_that_needs_a_damaged_file_has_no_answer(index: Path, name: str) -> None:
    """Not that of the other leg either, which would be another answer; then the server is not ready any more."""
    (path,) = index.glob(f"*/{name}")
    engine = Engine(IndexDirectory(index).open_current(), WordEncoder(), NONE)
    app = create_app(engine)
    client, data = app.test_client(), path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    engine._contents.passages.get_text.cache_clear()
    response = client.get(ROUTES[0])
    service_of(app).close()
    assert response.status_code == 503
    assert response.json
    assert response.json["code"] == "index_damaged"
    assert client.get("/readyz").status_code == 503


def test_damage_that_a_question_came_upon_is_told_by_readyz() -> None:
    """Though no file has changed since the generation was opened."""
    engine = HandMade()
    client = create_app(engine).test_client()
    assert client.get("/readyz").status_code == 200
    engine.error = DamagedGeneration("texts.npy is damaged")
    assert client.get("/v1/ask?q=Who%3F").json["code"] == "index_damaged"  # type: ignore[index]
    assert client.get("/readyz").json["code"] == "index_damaged"  # type: ignore[index]


def test_suggestions_end_without_a_traceback(index: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The thread that computes them reads texts, too: pages go on without suggestions, and /readyz tells."""
    engine = Engine(IndexDirectory(index).open_current(), WordEncoder(), NONE)
    path = find_texts(index)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    app = create_app(engine)
    suggestions = service_of(app).suggestions
    engine._contents.passages.get_text.cache_clear()
    suggestions.start().join(30)
    assert list(suggestions.for_welcome()) == []
    assert "texts.npy is damaged" in caplog.text
    service_of(app).close()

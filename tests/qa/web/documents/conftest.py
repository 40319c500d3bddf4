"""The application over an index folder that can be written to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.writes.batches import BatchQueue
from index.writes.journal import Journal
from qa.web import create_app
from qa.web.service import AppOptions
from tests.qa.web.helpers import HandMade

KEY = {"Authorization": "Bearer the key"}
MAX_UPLOAD_BYTES = 1_200_000


@pytest.fixture
def app(engine: HandMade, tmp_path: Path) -> Flask:
    """The application, with a small limit for uploads."""
    options = AppOptions(
        feedback=tmp_path / "feedback.sqlite", admin_key="the key", index=tmp_path, max_upload_bytes=MAX_UPLOAD_BYTES
    )
    return create_app(engine, options)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller who may write."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = KEY["Authorization"]
    return client


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """The journal that the application writes."""
    return Journal(tmp_path)


@pytest.fixture
def waiting(journal: Journal) -> Callable[[], dict[str, Any]]:
    """What waits to be built, by id: (extension, bytes) of a file, a document, or None for a removal."""

    def read() -> dict[str, Any]:
        queue = BatchQueue(journal)
        batch = queue.start()
        files = {one.id: (one.extension, queue.read_upload(one)) for one in queue.list_uploads(batch)}
        return {**queue.read_overrides(batch), **files}

    return read

"""The application around an engine; replace ``engine`` to run every test against another."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from qa.web import create_app
from qa.web.service import AppOptions
from tests.qa.web.helpers import HandMade


@pytest.fixture
def engine() -> HandMade:
    """The engine behind the application."""
    return HandMade()


@pytest.fixture
def app(engine: HandMade, tmp_path: Path) -> Flask:
    """The application as it is served, with an admin's key."""
    return create_app(engine, AppOptions(feedback=tmp_path / "kept" / "feedback.sqlite", admin_key="the key"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller of the application."""
    return app.test_client()

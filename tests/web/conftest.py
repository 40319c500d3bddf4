"""The application around an engine; replace ``engine`` to run every test against another."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from qa.web import create_app
from tests.web.hand_made import HandMade


@pytest.fixture
def engine() -> HandMade:
    """The engine behind the application."""
    return HandMade()


@pytest.fixture
def app(engine: HandMade) -> Flask:
    """The application as it is served."""
    return create_app(engine)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller of the application."""
    return app.test_client()

"""The Flask application, made around an engine that is ready."""

from functools import partial

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from qa.web.batching import Batching
from qa.web.failures import answer_error
from qa.web.guard import guard
from qa.web.observe import Metrics, observe
from qa.web.openapi import describe
from qa.web.ports import Asks
from qa.web.remembering import Remembering
from qa.web.routes import ROUTES
from qa.web.service import Limits, Service

DEFAULT_LIMITS = Limits()


class Json(DefaultJSONProvider):
    """Keys in our order, and Japanese as Japanese."""

    sort_keys = False
    ensure_ascii = False


def create_app(engine: Asks, limits: Limits = DEFAULT_LIMITS, counted: str | None = None) -> Flask:
    """Serves the engine; needs neither a model nor a disk of its own. ``counted``: as of ``Metrics``."""
    app = Flask("qa.web", static_folder=None)
    app.json = Json(app)
    app.config["MAX_CONTENT_LENGTH"] = limits.body_bytes
    # A document's id may hold two slashes in a row; merging them would be a redirect to another document.
    app.url_map.merge_slashes = False
    metrics = Metrics(engine.catalog.info(), counted)
    service = Service(Remembering(Batching(engine)), metrics, limits, describe(ROUTES))
    for route in ROUTES:
        app.add_url_rule(route.path, route.name, partial(route.view, service), methods=[route.method])
    observe(app, metrics)
    app.after_request(guard)
    app.register_error_handler(Exception, answer_error)
    return app

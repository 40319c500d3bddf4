"""The Flask application, made around an engine that is ready."""

from functools import partial

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from qa.collection.protocols import Asks
from qa.web.engine.answer_cache import Remembering
from qa.web.engine.batching import Batching
from qa.web.errors.handlers import answer_error
from qa.web.feedback_store import Feedback
from qa.web.metrics import Metrics, observe
from qa.web.openapi import describe
from qa.web.pages.suggested_questions import Hints
from qa.web.routes import ROUTES
from qa.web.security import guard
from qa.web.service import Options, Service

DEFAULT = Options()


class Json(DefaultJSONProvider):
    """Keys in our order, and Japanese as Japanese."""

    sort_keys = False
    ensure_ascii = False


def create_app(engine: Asks, options: Options = DEFAULT, hints: Hints | None = None) -> Flask:
    """Serves the engine; needs no model. ``hints`` may have been started; else they are made when they are needed."""
    app = Flask("qa.web", static_folder=None, template_folder="pages/templates")
    app.json = Json(app)
    app.config["MAX_CONTENT_LENGTH"] = options.limits.body_bytes
    # A document's id may hold two slashes in a row; merging them would be a redirect to another document.
    app.url_map.merge_slashes = False
    metrics = Metrics(engine.catalog.info(), options.counted)
    service = Service(
        engine=Remembering(Batching(engine)),
        metrics=metrics,
        options=options,
        spec=describe(ROUTES),
        feedback=Feedback(options.feedback),
        hints=hints or Hints(engine),
    )
    for route in ROUTES:
        app.add_url_rule(route.path, route.name, partial(route.view, service), methods=[route.method])
    observe(app, metrics)
    app.after_request(guard)
    app.register_error_handler(Exception, answer_error)
    return app

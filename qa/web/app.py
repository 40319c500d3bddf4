"""The Flask application around an engine that is ready."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Flask, Response, g
from flask.json.provider import DefaultJSONProvider

from index.errors import DamagedGeneration
from qa.engine import Engine
from qa.web.access.authorization import require_scopes
from qa.web.access.cross_site import guard_sites
from qa.web.access.keys import Scope
from qa.web.access.proxies import TrustedProxies
from qa.web.caching import control_caching
from qa.web.collections import DEFAULT_NAME, Collections, ServedCollection
from qa.web.compression import compress_response
from qa.web.errors.handlers import handle_damage, handle_exception
from qa.web.mcp_route import add_mcp
from qa.web.metrics import instrument_app
from qa.web.openapi import build_openapi
from qa.web.pages.site import vary_by_language
from qa.web.pages.static_files import link_static_file
from qa.web.question_log import enable_question_log
from qa.web.rate_limit import limit_callers
from qa.web.routes import ROUTES, View
from qa.web.security import add_security_headers
from qa.web.service import AppOptions, Service
from qa.web.telemetry import send_spans

DEFAULT_OPTIONS = AppOptions()
EXTENSION = "netsphere"
COMPLETIONS = "composer.complete"
# Typing one question asks for several.
COMPLETIONS_PER_QUESTION = 10
MAX_BODY_BYTES = 1024 * 1024


def create_app(served: Engine | Sequence[ServedCollection], options: AppOptions = DEFAULT_OPTIONS) -> Flask:
    """Return the application that serves an engine, or several collections, of which the first is the default.

    It needs no model. Close its ``service_of`` to end its threads.
    """
    if not isinstance(served, Sequence):
        served = [ServedCollection(DEFAULT_NAME, served, options.index, is_named=False)]
    app = _SyncFlask(__package__, static_folder=None, template_folder="pages/templates")
    # Keys in the order of API.md, and Japanese as Japanese.
    app.json = provider = DefaultJSONProvider(app)
    provider.sort_keys = provider.ensure_ascii = False
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    # A document id may hold two slashes in a row; merging them would redirect to another document.
    app.url_map.merge_slashes = False
    collections = Collections(served, options, build_openapi(ROUTES))
    service = collections.default
    if options.log_questions:
        enable_question_log()
    app.extensions[EXTENSION] = service
    app.jinja_env.globals["static_url"] = partial(link_static_file, theme=options.site.theme)
    app.jinja_env.globals["site"] = options.site
    app.context_processor(options.site.provide_texts)
    app.context_processor(_provide_rights)
    for route in ROUTES:
        app.add_url_rule(route.path, route.name, partial(_call_view, route.view, service), methods=[route.method])
    add_mcp(app, service)
    instrument_app(app, service.metrics)
    if options.telemetry:
        service.on_close.append(send_spans(app, options.telemetry))
    open_to_all = {route.name for route in ROUTES if route.for_other_sites}
    guard_sites(app, options.hosts, options.origins, open_to_all)
    pages = {route.name for route in ROUTES if route.is_page}
    require_scopes(app, service.authorization, {route.name: route.scope for route in ROUTES}, pages)
    if options.rate_limit:
        # Probes, and what the pages load by themselves, are no requests of anybody.
        unlimited = {route.name for route in ROUTES if route.scope is None and route.method == "GET"}
        limit_callers(app, options.rate_limit, lambda endpoint: endpoint not in unlimited | {COMPLETIONS})
        limit_callers(app, COMPLETIONS_PER_QUESTION * options.rate_limit, COMPLETIONS.__eq__)
    app.after_request(add_security_headers)
    # Flask calls these in the opposite order: what a client has already is not compressed.
    app.after_request(compress_response)
    app.after_request(control_caching)
    app.after_request(vary_by_language)
    app.wsgi_app = TrustedProxies(app.wsgi_app, options.proxies)  # type: ignore[method-assign]  # as Flask documents it
    app.register_error_handler(Exception, handle_exception)
    app.register_error_handler(DamagedGeneration, partial(handle_damage, collections.record_damage))
    return app


class _SyncFlask(Flask):
    """Flask without coroutines: looking for them takes 3 % of a request whose answer is cached, once for each hook."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, which is none."""
        return func


def _call_view(view: View, service: Service, **arguments: str) -> Response:
    """Return what a view responds with the collections that the caller's key is for: it knows of no others."""
    return view(service.narrow(g.key), **arguments)


def _provide_rights() -> dict[str, Any]:
    """Return what every template has of the caller: whether the pages for administrators are for them."""
    key = g.get("key")
    return {"is_admin": key is not None and key.allows(Scope.ADMIN)}


def service_of(app: Flask) -> Service:
    """Return the service of the default collection of an application, by which the others are reached, too."""
    service: Service = app.extensions[EXTENSION]
    return service

"""The box for the question: what it can do on this server, and completions while typing.

The first line of a view's docstring is the summary in OpenAPI.
"""

from dataclasses import dataclass
from itertools import chain

from flask import Response, g

from qa.collection.completions import Completion
from qa.types import MAX_QUESTION_CHARS
from qa.web.access.keys import Scope
from qa.web.pages.collection_chooser import build_chooser, is_searched
from qa.web.requests.page_models import CompletionQuery
from qa.web.requests.parsing import read_query
from qa.web.responses import json_response
from qa.web.service import Service

MAX_COMPLETIONS = 6
# The microphone is forbidden to all pages (qa/web/security.py) but the one that listens, and only to its own scripts.
LISTENING_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()"


@dataclass(frozen=True, slots=True)
class ComposerView:
    """What the box offers.

    ``may_add`` says whether this visitor may add documents, of ``max_bytes`` at most, and ``listens`` whether a
    question may be spoken.
    """

    may_add: bool
    max_bytes: int
    listens: bool
    max_characters: int = MAX_QUESTION_CHARS


@dataclass(frozen=True, slots=True)
class Completions:
    """What the last words of a text may become, those that fit best first."""

    completions: tuple[Completion, ...]


def build_composer(service: Service) -> ComposerView:
    """Return the view for the visitor of the current request."""
    may_add = bool(g.key) and g.key.allows(Scope.WRITE) and service.writer.has_folder
    return ComposerView(may_add, service.options.max_upload_bytes, service.options.site.speech)


def complete(service: Service) -> Response:
    """Return titles and headings that begin with the last words of what is being typed."""
    query = read_query(CompletionQuery)
    names = query.collection or ()
    build_chooser(service, names)  # raises if one is unknown
    searched = [one for one in service.collections if is_searched(one.name, names)]
    found = chain.from_iterable(one.completer.complete(query.q, MAX_COMPLETIONS) for one in searched)
    different = {one.text: one for one in found}
    return json_response(Completions(tuple(different.values())[:MAX_COMPLETIONS]))


def allow_microphone(response: Response) -> Response:
    """Let the scripts of this page ask the browser for the microphone."""
    response.headers["Permissions-Policy"] = LISTENING_POLICY
    return response

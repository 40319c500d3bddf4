"""Verdicts on passages, checked against what is indexed and kept."""

import sqlite3
from typing import Any
from uuid import uuid4

from index.types import Span
from qa.collection.catalog import DocumentView, PassageSpan
from qa.web.errors.problems import Code, FieldError, Refusal
from qa.web.errors.validation import shown
from qa.web.feedback_store import Given
from qa.web.requests.models import FeedbackBody
from qa.web.responses import Kept
from qa.web.service import Service


def keep(service: Service, body: FeedbackBody) -> Kept:
    """The verdict, kept. Refused: a passage that is not served, a verdict that cannot be written down."""
    view, passage = _passage(service, body.passage)
    given = Given(
        id=body.id or uuid4().hex,
        question=body.question,
        history=body.turns,
        document=view.info.id,
        sha256=view.info.sha256,
        span=Span(passage.start, passage.end),
        quote=view.text[passage.start : passage.end],
        verdict=body.verdict,
    )
    try:
        service.feedback.add(given)
    except (OSError, sqlite3.Error) as error:
        raise _not_kept(error) from error
    return Kept(given.id, given.verdict)


def judged(service: Service) -> list[dict[str, Any]]:
    """What was kept, as judged questions. Refused: a file that cannot be read."""
    try:
        return service.feedback.judged()
    except (OSError, sqlite3.Error) as error:
        raise _not_kept(error) from error


def _passage(service: Service, id: str) -> tuple[DocumentView, PassageSpan]:
    view = service.engine.catalog.document(id.rpartition("#")[0])
    found = next((passage for passage in view.passages if passage.id == id), None) if view else None
    if view is None or found is None:
        message = f"passage names {shown(id)}, which is not served; send the id of a passage of an answer"
        raise Refusal.of_fields([FieldError("passage", message, Code.UNKNOWN_PASSAGE.word)])
    return view, found


def _not_kept(error: Exception) -> Refusal:
    return Refusal(Code.NOT_KEPT, f"The feedback file cannot be used ({error}); the setting feedback names it.")

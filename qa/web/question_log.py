"""The log of questions, which is off unless somebody asks for it: what people ask is their own matter."""

import logging
from collections.abc import Sequence

from flask import g

from qa.types import Answer

log = logging.getLogger(__name__)


def enable_question_log() -> None:
    """Let ``log_answers`` write; without this call it writes nothing."""
    log.setLevel(logging.INFO)


def log_answers(answers: Sequence[Answer]) -> None:
    """Log each question of the current request with its outcome, in a line of its own; a quoted text has one line."""
    if log.isEnabledFor(logging.INFO):
        key = g.get("key")
        for answer in answers:
            log.info(
                "request by %s asks %r: %s, confidence %.2f, %.1f ms",
                f"key {key.name}" if key else "anybody",
                answer.question,
                answer.status.value,
                answer.confidence,
                answer.took_ms,
                extra={"fields": {"request_id": g.get("request_id")}},
            )

"""What the views ask: the engine, with the filter checked and the answers counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.types import Span
from qa.collection.catalog import DocumentView
from qa.collection.citations import Verified, verify
from qa.collection.protocols import Asks
from qa.types import Answer, Request
from qa.web.errors.problems import Code, FieldError, Refusal
from qa.web.errors.validation import MOST_LISTED, shown
from qa.web.feedback_store import Feedback
from qa.web.metrics import Metrics
from qa.web.pages.suggested_questions import Hints

WILDCARDS = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one application lets in, and how long it asks to wait when it is not ready."""

    body_bytes: int = 1024 * 1024
    retry_after_s: int = 5


@dataclass(frozen=True, slots=True)
class Options:
    """How one application is served. ``counted``: as of ``Metrics``; without ``admin_key`` nobody is an admin."""

    limits: Limits = Limits()
    counted: str | None = None
    feedback: Path = Path("var/feedback.sqlite")
    admin_key: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """All that a view gets. ``spec`` is the OpenAPI document, ``hints`` what a visitor may ask."""

    engine: Asks
    metrics: Metrics
    options: Options
    spec: dict[str, Any]
    feedback: Feedback
    hints: Hints

    def ask(self, question: Request, field: str) -> Answer:
        """One answer. Refused: an unknown document in the filter, which the caller knows as ``field``."""
        self._refuse_unknown([(question, field)])
        answer = self.engine.ask(question)
        self.metrics.answered(answer)
        return answer

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        """The answers in order; refused as a whole if one question is."""
        self._refuse_unknown((q, f"questions[{i}].filter.document") for i, q in enumerate(questions))
        answers = self.engine.ask_many(questions)
        for answer in answers:
            self.metrics.answered(answer)
        return answers

    def document(self, document: str) -> DocumentView:
        """One document. Refused: an id that is not indexed."""
        view = self.engine.catalog.document(document)
        if view is None:
            detail = f"No document {shown(document)} is indexed; GET /v1/documents lists them."
            raise Refusal(Code.DOCUMENT_NOT_FOUND, detail)
        return view

    def verify(self, quote: str, span: Span, document: str) -> Verified:
        """What became of a quotation; it is gone where its document is."""
        return verify(quote, span, self.engine.catalog.document(document), document)

    def legs(self) -> dict[str, bool]:
        """Every leg with True. Refused: a leg that does not find what it should."""
        legs = dict(self.engine.probe())
        failed = [leg for leg, found in legs.items() if not found]
        if failed:
            detail = f"Not every leg finds a sentence that is indexed ({', '.join(failed)}); the log says why."
            raise Refusal(Code.NOT_READY, detail, headers={"Retry-After": str(self.options.limits.retry_after_s)})
        return legs

    def _refuse_unknown(self, questions: Iterable[tuple[Request, str]]) -> None:
        unknown = [
            FieldError(
                f"{field}[{position}]",
                f"{field}[{position}] names {shown(entry)}, which is not indexed; GET /v1/documents lists what is",
                Code.UNKNOWN_DOCUMENT.word,
            )
            for question, field in questions
            for position, entry in enumerate(question.documents)
            if WILDCARDS.isdisjoint(entry) and not self.engine.catalog.match_documents(entry)
        ]
        if unknown:
            raise Refusal.of_fields(unknown[:MOST_LISTED])

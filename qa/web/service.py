"""What the views call: one collection, its engine behind cache and batcher, with the checks that only HTTP needs."""

import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from index.data_folder import DATA_FOLDER
from index.types import Span
from qa.collection.catalog import DocumentContent, PassageSpan
from qa.collection.citations import CitationCheck, CitationStatus, check_citation
from qa.collection.completions import Completer
from qa.collection.page_pictures import PagePictures
from qa.collection.topics import list_topics
from qa.rendering.renderer import Renderer
from qa.types import Answer, Mode, Request
from qa.web.access.keys import Key
from qa.web.access.proxies import Network
from qa.web.access_log import note_mode
from qa.web.admin.grouping import QuestionGrouper
from qa.web.documents.writer import DocumentWriter
from qa.web.engine.callers import PATIENT, Caller
from qa.web.errors.handlers import RETRY_AFTER_S
from qa.web.errors.problems import Code, FieldError, ProblemError, format_value
from qa.web.feedback_list import FeedbackFilter, StoredVerdict
from qa.web.feedback_store import FeedbackStore, is_full
from qa.web.pages.site import Site
from qa.web.pages.suggested_questions import SuggestedQuestions
from qa.web.question_log import log_answers
from qa.web.rate_limit import identify_caller
from qa.web.readiness import ReadinessProbe
from qa.web.requests.models import FeedbackBody, VerifyBody

if TYPE_CHECKING:
    from qa.web.collections import Collections, ServedCollection

# Seconds that a client waits if the feedback file is full, until somebody moves it away.
FULL_RETRY_AFTER_S = 3600


@dataclass(frozen=True, slots=True)
class AppOptions:
    """Configuration of an application. ``metrics_folder`` as in ``Metrics``.

    ``keys`` is the file of keys, ``admin_key`` one more key with the scope ``admin``. ``key_needed`` says whether
    asking needs a key; None: as soon as a key with the scope ``ask`` was added. ``hosts`` are names of the server
    besides localhost, ``origins`` other sites whose pages may use it, ``proxies`` the networks of trusted proxies.
    ``keep_questions`` is for how many days questions are kept beside the feedback; 0: not at all.
    ``rate_limit`` is in requests a minute; 0 is no limit. ``max_wait_ms`` as in the settings.
    ``index`` is the folder to write documents to; without it none can be written. ``telemetry`` is the URL to which
    spans are sent; empty: none are. ``site`` is the name, the language and the look of the pages.
    """

    metrics_folder: str | None = None
    feedback: Path = DATA_FOLDER / "feedback.sqlite"
    feedback_mb: int = 100
    feedback_per_minute: int = 60
    keep_questions: int = 0
    admin_key: str = ""
    keys: Path | None = None
    key_needed: bool | None = None
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    proxies: tuple[Network, ...] = ()
    log_questions: bool = False
    rate_limit: int = 0
    max_wait_ms: int = 0
    index: Path | None = None
    max_upload_bytes: int = 32_000_000
    telemetry: str = ""
    site: Site = field(default_factory=Site)


class Service:
    """Everything that a view gets: a collection, its answers, and what is counted and stored about them.

    ``collections`` has the services of all collections, with which it shares everything but its documents.
    """

    def __init__(self, collection: "ServedCollection", collections: "Collections", feedback: Path) -> None:
        """Wrap the engine of a collection; ``feedback`` is the file of the feedback on it."""
        self.name, self.engine, self.collections = collection.name, collection.engine, collections
        self.options, self.openapi, self.metrics = collections.options, collections.openapi, collections.metrics
        self.authorization, self.on_close = collections.authorization, collections.on_close
        self.renderer = Renderer(self.engine.catalog)
        self.pages = PagePictures(self.engine.catalog)
        self.suggestions = SuggestedQuestions(self.engine)
        self.completer = Completer(self.engine.catalog)
        # A generation does not change, so they are found once; several may do so at the same time.
        self.find_topics = lru_cache(maxsize=1)(partial(list_topics, self.engine.catalog))
        self.grouper = QuestionGrouper(
            lambda texts: self.engine.embed_texts(texts), lambda text: self.engine.list_terms(text)
        )
        self.writer = DocumentWriter(collection.index, self._find_sha256)
        self._feedback = FeedbackStore(feedback, self.options.feedback_mb * 1024 * 1024)
        self._cache, self._batcher = collections.asker.cache, collections.asker.batcher
        self._readiness = ReadinessProbe(self.engine, self._batcher.is_overloaded)

    @property
    def title(self) -> str:
        """The title of the collection."""
        return self.collections.summarize(self.name).title

    def move_to(self, collections: "Collections") -> "Service":
        """Return this service among other collections."""
        moved = copy(self)
        moved.collections = collections
        return moved

    def narrow(self, key: Key | None) -> "Service":
        """Return the service that a caller with a key gets: the default one of the collections that the key is for.

        Raises ProblemError if none of them is served.
        """
        return self.collections.narrow(key).default if key else self

    def choose(self, collection: str | None) -> "Service":
        """Return the service of a collection, of the default one without a name; raise ProblemError if unknown."""
        return self.collections.get(collection)

    def ask(self, question: Request, field: str, caller: Caller = PATIENT) -> Answer:
        """Return one answer, of the collections that the question names.

        Raises ProblemError if one of them is unknown, if the filter, which the caller knows as ``field``, names an
        unknown document, if too many questions are waiting, or if the caller's deadline passes.
        """
        return self._answer_all([question], [field], caller)[0]

    def ask_many(self, questions: Sequence[Request], caller: Caller = PATIENT) -> list[Answer]:
        """Return the answers in order; raise ProblemError as ``ask`` does."""
        return self._answer_all(questions, [f"questions[{i}].filter.document" for i in range(len(questions))], caller)

    def count_waiting(self) -> int:
        """Return how many threads wait for the engine."""
        return self._batcher.count_calls()

    def find_overload(self, mode: Mode) -> ProblemError | None:
        """Return the problem with which a question would be refused now, unless it is cached."""
        return self._batcher.find_overload(mode)

    def refuse(self, mode: Mode) -> ProblemError:
        """Return the problem of a question that is refused while too many others are read."""
        return self._batcher.refuse(mode)

    def is_overloaded(self) -> bool:
        """Return whether a question was refused in the last second."""
        return self._batcher.is_overloaded()

    def get_document(self, document: str, part: Span | None = None) -> DocumentContent:
        """Return one document or a part of it; raise ProblemError if it is not indexed."""
        found = self.engine.catalog.get_document(document, part)
        if found is None:
            detail = f"No document {format_value(document)} is indexed{self._describe_place(document)}"
            raise ProblemError(Code.DOCUMENT_NOT_FOUND, f"{detail}; GET /v1/documents lists them.")
        return found

    def _describe_place(self, document: str) -> str:
        """Return where a document was looked for, and which other collections have it; nothing if there is only one."""
        others = [one for one in self.collections if one is not self]
        having = [one.name for one in others if one.engine.catalog.get_text(document)]
        where = f" in the collection {self.name}" if others else ""
        return f"{where}, but in {', '.join(having)}: name it as collection" if having else where

    def check_citation(self, body: VerifyBody) -> CitationCheck:
        """Return whether a quotation is still in its document, at its place or elsewhere."""
        document = self.engine.catalog.get_text(body.document)
        if document is None:
            return CitationCheck(CitationStatus.GONE, body.document)
        return check_citation(body.text, Span(body.start, body.end), document, body.sha256)

    def check_readiness(self) -> dict[str, bool]:
        """Return every leg with True; raise ProblemError as ``ReadinessProbe.check`` does."""
        return self._readiness.check()

    def store_feedback(self, body: FeedbackBody) -> str:
        """Store a verdict and return its id.

        Raises ProblemError if its passage is not served, the file cannot be written, or the caller sends too many.
        """
        if wait_s := self.collections.feedback_limits.take(identify_caller()):
            detail = f"You have sent {self.options.feedback_per_minute} verdicts in a minute; wait before the next."
            raise ProblemError(Code.RATE_LIMITED, detail, headers={"Retry-After": str(math.ceil(wait_s))})
        document, passage = self._find_passage(body.passage)
        try:
            return self._feedback.add_verdict(body, document, passage)
        except (OSError, sqlite3.Error) as error:
            if is_full(error):
                limit = f"The feedback file has the {self.options.feedback_mb} MB of the setting feedback_mb"
                detail = f"{limit}; export it with GET /v1/feedback and move it away."
                raise ProblemError(Code.NOT_KEPT, detail, headers={"Retry-After": str(FULL_RETRY_AFTER_S)}) from error
            raise _feedback_problem(error) from error

    def export_feedback(self) -> IO[bytes]:
        """Return a file of the stored verdicts as judged questions; raise ProblemError if they cannot be read."""
        with _named_errors():
            return self._feedback.export_judgements()

    def list_feedback(self, chosen: FeedbackFilter, offset: int, limit: int) -> tuple[int, list[StoredVerdict]]:
        """Return how many verdicts are chosen, and a part of them; raise ProblemError if they cannot be read."""
        with _named_errors():
            return self._feedback.list_verdicts(chosen, offset, limit)

    def count_feedback(self) -> dict[tuple[str, str], int]:
        """Return how many verdicts there are by what they are about and say; raise ProblemError as above."""
        with _named_errors():
            return self._feedback.count_verdicts()

    def close(self) -> None:
        """End the threads of the application; requests that are still running get their answers first."""
        self.collections.close()

    def _find_sha256(self, document: str) -> str | None:
        found = self.engine.catalog.get_document(document)
        return found.info.sha256 if found else None

    def _answer_all(self, questions: Sequence[Request], fields: Sequence[str], caller: Caller) -> list[Answer]:
        for question in questions:
            note_mode(question.mode)
        answers = self.collections.asker.ask_many(questions, fields, caller)
        for answer in answers:
            self.metrics.count_answer(answer)
        log_answers(answers)
        for question, answer in zip(questions, answers, strict=True):
            self.collections.questions.note(answer, self.collections.get_first(question.collections).name)
        return answers

    def _find_passage(self, id: str) -> tuple[DocumentContent, PassageSpan]:
        document = self.engine.catalog.get_document(id.rpartition("#")[0])
        found = next((passage for passage in document.passages if passage.id == id), None) if document else None
        if document is None or found is None:
            message = f"passage names {format_value(id)}, which is not served; send the id of a passage of an answer"
            raise ProblemError.for_fields([FieldError("passage", message, Code.UNKNOWN_PASSAGE.word)])
        return document, found


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise _feedback_problem(error) from error


def _feedback_problem(error: Exception) -> ProblemError:
    return ProblemError(
        Code.NOT_KEPT,
        f"The feedback file cannot be used ({error}); the setting feedback names the file.",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )

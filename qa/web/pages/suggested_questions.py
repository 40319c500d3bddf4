"""Suggested questions of an index: for the first page, for a question that is not answered, and after an answer."""

from collections.abc import Sequence
from threading import Event, Lock, Thread

from index.errors import DamagedGeneration
from index.types import Span
from qa.collection.suggestions import Suggestion, suggest_follow_ups, suggest_questions
from qa.engine import Engine
from qa.types import Answer

SHOWN_AT_WELCOME = 5
SHOWN_WITH_ANSWER = 3
# Places whose follow-ups are kept.
MAX_KEPT = 1000
# A page is painted within half a second; if the suggestions are not ready by then it shows none.
WAIT_S = 0.25
# One question takes less, even on a slow machine: the thread looks for the stop signal between questions.
STOP_TIMEOUT_S = 10.0


class SuggestedQuestions:
    """Questions that an engine answers. The engine is asked nothing before they are needed."""

    def __init__(self, engine: Engine) -> None:
        """Keep the engine; ``start`` or the first page that shows suggestions asks it."""
        self._engine, self._lock = engine, Lock()
        self._suggestions: tuple[Suggestion, ...] = ()
        # Of a document and a place in it; one visitor at a time has them looked for.
        self._follow_ups: dict[tuple[str, Span], tuple[str, ...]] = {}
        self._searching = Lock()
        self._thread: Thread | None = None
        self._stopped = Event()

    def start(self) -> Thread:
        """Start the background thread unless it was started, and return it."""
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._compute, daemon=True)
                self._thread.start()
            return self._thread

    def stop(self) -> None:
        """Stop the background thread and wait for its end, at most ``STOP_TIMEOUT_S``.

        A thread inside C++ code (CTranslate2, FAISS) when the interpreter finalizes aborts the process.
        """
        self._stopped.set()
        if self._thread:
            self._thread.join(STOP_TIMEOUT_S)

    def for_welcome(self) -> Sequence[str]:
        """Return the questions of the first page: those that ``collection.toml`` names, or else what was found."""
        curated = self._engine.catalog.collection.questions
        return (curated or [one.question for one in self._wait_for_suggestions()])[:SHOWN_AT_WELCOME]

    def after_answer(self, document: str, place: Span) -> Sequence[str]:
        """Return questions that go on from an answer at a place of a document; none while others are looked for.

        They are looked for when they are needed, because an answer may be anywhere, and kept for the next visitor.
        """
        key = document, place
        with self._lock:
            if key in self._follow_ups:
                return self._follow_ups[key]
        if not self._searching.acquire(blocking=False):
            return ()
        try:
            found = tuple(one.question for one in suggest_follow_ups(self._engine, document, place, SHOWN_WITH_ANSWER))
        finally:
            self._searching.release()
        with self._lock:
            if len(self._follow_ups) >= MAX_KEPT:
                self._follow_ups.clear()
            self._follow_ups[key] = found
        return found

    def near_answer(self, answer: Answer) -> Sequence[str]:
        """Return questions about the documents of an answer, those about the best passages first."""
        documents = [passage.document.id for passage in answer.passages]
        sections = [(passage.document.id, passage.heading) for passage in answer.passages]

        def rank_section(one: Suggestion) -> int:
            section = (one.document, one.heading)
            return sections.index(section) if section in sections else len(sections)

        near = (one for one in self._wait_for_suggestions() if one.document in documents)
        return [one.question for one in sorted(near, key=rank_section)[:SHOWN_WITH_ANSWER]]

    def _wait_for_suggestions(self) -> tuple[Suggestion, ...]:
        self.start().join(WAIT_S)
        return self._suggestions

    def _compute(self) -> None:
        try:
            self._suggestions = suggest_questions(self._engine, self._stopped.is_set)
        except DamagedGeneration as error:  # pages do without suggestions, and /readyz tells
            self._engine.record_damage(error)

"""Suggested questions of an index, computed once in a background thread."""

from collections.abc import Sequence
from threading import Event, Lock, Thread

from index.errors import DamagedGeneration
from qa.collection.suggestions import Suggestion, suggest_questions
from qa.engine import Engine
from qa.types import Answer

SHOWN_AT_WELCOME = 5
SHOWN_WITH_ANSWER = 3
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

    def for_welcome(self) -> Sequence[Suggestion]:
        """Return the suggestions of the welcome page."""
        return self._wait_for_suggestions()[:SHOWN_AT_WELCOME]

    def near_answer(self, answer: Answer) -> Sequence[Suggestion]:
        """Return suggestions from the documents of an answer, those from the best passages first."""
        documents = [passage.document.id for passage in answer.passages]
        sections = [(passage.document.id, passage.heading) for passage in answer.passages]

        def rank_section(one: Suggestion) -> int:
            section = (one.document, one.heading)
            return sections.index(section) if section in sections else len(sections)

        near = (one for one in self._wait_for_suggestions() if one.document in documents)
        return sorted(near, key=rank_section)[:SHOWN_WITH_ANSWER]

    def _wait_for_suggestions(self) -> tuple[Suggestion, ...]:
        self.start().join(WAIT_S)
        return self._suggestions

    def _compute(self) -> None:
        try:
            self._suggestions = suggest_questions(self._engine, self._stopped.is_set)
        except DamagedGeneration as error:  # pages do without suggestions, and /readyz tells
            self._engine.record_damage(error)

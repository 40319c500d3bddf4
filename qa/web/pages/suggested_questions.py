"""What a visitor may ask: made once for an index, in the background."""

from collections.abc import Sequence
from threading import Lock, Thread

from qa.collection.protocols import Asks
from qa.collection.suggestions import Suggestion, suggest
from qa.types import Answer

FIRST = 5
NEAR = 3
WAIT_S = 0.25
"""How long a page waits for them: it is painted within half a second, and shows none if they are not there by then."""


class Hints:
    """Questions that an engine answers. Nothing is asked of it before somebody needs them."""

    def __init__(self, engine: Asks) -> None:
        """Asks nothing yet."""
        self._engine, self._lock = engine, Lock()
        self._made: tuple[Suggestion, ...] = ()
        self._maker: Thread | None = None

    def start(self) -> Thread:
        """Begins to make them, unless that has begun."""
        with self._lock:
            if self._maker is None:
                self._maker = Thread(target=self._make, daemon=True)
                self._maker.start()
            return self._maker

    def first(self) -> Sequence[Suggestion]:
        """A few to begin with."""
        return self._ready()[:FIRST]

    def near(self, answer: Answer) -> Sequence[Suggestion]:
        """A few that stand in what came closest, or else in the same documents."""
        documents = [passage.document.id for passage in answer.passages]
        headings = [(passage.document.id, passage.heading) for passage in answer.passages]
        ordered = sorted(
            (one for one in self._ready() if one.document in documents),
            key=lambda one: _place((one.document, one.heading), headings),
        )
        return ordered[:NEAR]

    def _ready(self) -> tuple[Suggestion, ...]:
        self.start().join(WAIT_S)
        return self._made

    def _make(self) -> None:
        self._made = suggest(self._engine)


def _place(one: tuple[str, str | None], places: Sequence[tuple[str, str | None]]) -> int:
    return places.index(one) if one in places else len(places)

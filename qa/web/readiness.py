"""Whether to send questions to this server: the check behind ``GET /readyz``."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from qa.engine import Engine
from qa.web.errors.handlers import RETRY_AFTER_S, damage_problem
from qa.web.errors.problems import Code, ProblemError

# A check searches and reads: anybody may ask for it, and must not keep the server busy with it.
CACHE_S = 1.0


class ReadinessProbe:
    """Remembers for a second whether every leg and the reader work. Thread-safe."""

    def __init__(self, engine: Engine, is_overloaded: Callable[[], bool]) -> None:
        """Check nothing yet; ``is_overloaded`` tells whether questions are being refused."""
        self._engine, self._is_overloaded = engine, is_overloaded
        self._legs: dict[str, bool] = {}
        self._checked = -CACHE_S
        self._lock = Lock()

    def check(self) -> dict[str, bool]:
        """Return every leg with True.

        Raises ProblemError if the index is damaged, if a leg or the reader fails, or if the queue is full.
        """
        if self._engine.find_fault():
            raise damage_problem()
        if self._is_overloaded():
            raise _not_ready("The queue is full: questions are refused until some are answered")
        legs = self._check_legs()
        if failed := [leg for leg, works in legs.items() if not works]:
            raise _not_ready(f"Not every leg finds a sentence that is indexed ({', '.join(failed)}); the log says why")
        return legs

    def _check_legs(self) -> dict[str, bool]:
        # Of several callers one checks, and the others wait for its result.
        with self._lock:
            if monotonic() >= self._checked + CACHE_S:
                self._legs = dict(self._engine.check_readiness())
                self._checked = monotonic()
            return self._legs


def _not_ready(reason: str) -> ProblemError:
    return ProblemError(Code.NOT_READY, f"{reason}.", headers={"Retry-After": str(RETRY_AFTER_S)})

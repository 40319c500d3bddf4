"""How many questions were refused lately: whether too many are asked, and when it is worth asking again."""

from threading import Lock
from time import monotonic

# Too many are asked as long as one was refused within this time: a full queue has room for a moment, whenever a
# question is taken from it.
OVERLOAD_S = 1.0


class Refusals:
    """Counter of the questions that were refused in the last moments. Thread-safe."""

    def __init__(self) -> None:
        """Count from nothing."""
        self._lock, self._last = Lock(), -OVERLOAD_S
        # Of which second, how many in it, and how many in the second before it.
        self._second = self._count = self._before = 0

    def record(self) -> None:
        """Count a question that is refused now."""
        with self._lock:
            self._last = monotonic()
            self._begin_second()
            self._count += 1

    @property
    def are_recent(self) -> bool:
        """Whether one was refused a moment ago."""
        return monotonic() < self._last + OVERLOAD_S

    def count(self) -> int:
        """Return how many were refused in the last second that has passed, or in this one if these are more."""
        with self._lock:
            self._begin_second()
            return max(self._count, self._before)

    def _begin_second(self) -> None:
        second = int(monotonic())
        if second != self._second:
            self._before = self._count if second == self._second + 1 else 0
            self._second, self._count = second, 0

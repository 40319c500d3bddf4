"""How long a question takes, measured while serving, and how long another one would have to wait."""

from threading import Lock

# The weight of the newest measurement: an average over about the last ten.
SMOOTHING = 0.1
# A question that has to wait for longer than this, in units of the time that it takes on an idle server, is refused: it
# also waits for the end of the batches under way, and its own takes longer while others are computed beside it. The
# whole is meant to stay below five such units; tests/soak/test_load.py --soak prints what it is.
MAX_WAIT = 1.0


class ServiceTime:
    """Moving averages of the seconds that an item takes on an idle server and now. Thread-safe."""

    def __init__(self, expected_s: float, max_wait_s: float = 0.0) -> None:
        """Assume ``expected_s`` until something is measured; ``max_wait_s`` takes the place of ``MAX_WAIT``."""
        self._idle_s = self._current_s = expected_s
        self._max_wait_s = max_wait_s
        self._lock = Lock()

    def record(self, seconds: float, items: int, alone: bool) -> None:
        """Record a batch; ``alone``: nothing else was computed or waited meanwhile."""
        with self._lock:
            self._current_s += SMOOTHING * (seconds / items - self._current_s)
            if alone and items == 1:
                self._idle_s += SMOOTHING * (seconds - self._idle_s)

    def estimate_wait(self, items: int, workers: int) -> float:
        """Return the seconds in which ``workers`` finish as many items."""
        return items * self._current_s / workers

    @property
    def max_wait_s(self) -> float:
        """The longest that an item may wait, in seconds."""
        return self._max_wait_s or MAX_WAIT * self._idle_s

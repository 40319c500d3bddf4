"""Who waits for an answer, and until when."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import monotonic


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who waits for an answer until ``deadline``, a value of ``time.monotonic``, unless it has left."""

    deadline: float = inf
    has_left: Callable[[], bool] = lambda: False
    # To which the spans of the answer belong (``qa.tracing``).
    trace: object = None

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed."""
        return monotonic() >= self.deadline

    @property
    def is_waiting(self) -> bool:
        """Whether an answer would still be of use."""
        return not self.is_late and not self.has_left()


# A caller in Python, who waits as long as it takes.
PATIENT = Caller()

"""How the passages of an answer were found: which legs ran, and what was missing."""

from dataclasses import dataclass

# In ``degraded``: a question or a passage that is returned is in a language that the reader does not read.
UNREAD_LANGUAGE = "reader:language"


@dataclass(frozen=True, slots=True)
class Leg:
    """One way of retrieving, whether it ran, and how many candidates it found."""

    name: str
    ran: bool
    candidates: int


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How the passages were found.

    ``degraded`` names every leg that failed, ``reader`` if the reader did, and ``UNREAD_LANGUAGE``.
    """

    legs: tuple[Leg, ...]
    degraded: tuple[str, ...]
    generation: str

    @property
    def failed(self) -> tuple[str, ...]:
        """The legs that failed and may work the next time; a language that is not read will not be."""
        return tuple(name for name in self.degraded if name != UNREAD_LANGUAGE)

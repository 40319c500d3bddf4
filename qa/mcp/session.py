"""Who asks, and what answers: the two things that differ between the transports."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from index.types import Span
from qa.web.engine.callers import Caller
from qa.web.service import Service

R = TypeVar("R")


class Link(Protocol):
    """Makes the address of a place in a document, in a collection if there are several."""

    def __call__(self, document: str, span: Span, collection: str | None = None, /) -> str:
        """Return the address."""


@dataclass(frozen=True, slots=True)
class Session:
    """One call: the service that answers it, and who waits for the answer.

    ``make_caller`` gets the milliseconds that the caller waits at most; ``link`` gets a document and the place in it
    to which a link leads.
    """

    service: Service
    make_caller: Callable[[int | None], Caller]
    link: Link


class Transport(Protocol):
    """Runs what a call asks for."""

    def run(self, work: Callable[[Session], R]) -> Awaitable[R]:
        """Return the result of ``work``, which may take long."""

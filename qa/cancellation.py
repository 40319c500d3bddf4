"""Stopping a computation whose result nobody waits for.

Whoever calls the engine says in ``cancelling`` how to find out; the slow steps ask with ``raise_if_cancelled``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_cancelled: ContextVar[Callable[[], bool]] = ContextVar("is_cancelled", default=lambda: False)


class Cancelled(BaseException):
    """Nobody waits for the result.

    Not an Exception, as in asyncio: a step that catches every error of another one must not take it for a failure.
    """


@contextmanager
def cancelling(is_cancelled: Callable[[], bool]) -> Iterator[None]:
    """Let ``raise_if_cancelled`` in this thread ask ``is_cancelled``."""
    token = _is_cancelled.set(is_cancelled)
    try:
        yield
    finally:
        _is_cancelled.reset(token)


def raise_if_cancelled() -> None:
    """Raise Cancelled if nobody waits for the result of this computation."""
    if _is_cancelled.get()():
        raise Cancelled

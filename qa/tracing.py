"""Spans: which step of an answer took how long, for whoever follows requests through several programs.

Nothing is recorded unless ``set_tracer`` was called, as ``qa.web.telemetry`` does. A span has a name and numbers, never
a text: what people ask and what the documents say must not leave the machine with it.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Attributes = dict[str, int | str]


class Tracer(Protocol):
    """Records spans. A context is an opaque value that says to which span those that follow belong."""

    def open_span(self, name: str, attributes: Attributes) -> AbstractContextManager[Attributes]:
        """Record a step until the context manager is left; it yields the attributes, to add results to."""

    def read_context(self) -> object:
        """Return the context of this thread."""

    def continue_contexts(self, contexts: Sequence[object]) -> AbstractContextManager[object]:
        """Let this thread work for the callers of several contexts."""


_tracer: Tracer | None = None


def set_tracer(tracer: Tracer | None) -> None:
    """Record the spans of this process with ``tracer``; None records nothing."""
    global _tracer
    _tracer = tracer


def trace_step(name: str, **attributes: int | str) -> AbstractContextManager[Attributes]:
    """Record a step as a span, as ``Tracer.open_span`` does."""
    return _tracer.open_span(name, attributes) if _tracer else nullcontext(attributes)


def read_context() -> object:
    """Return the context of this thread, to be continued in another one."""
    return _tracer.read_context() if _tracer else None


def continue_contexts(contexts: Sequence[object]) -> AbstractContextManager[object]:
    """Let the spans of this thread belong to those who wait for them: to the first, with links to the others."""
    return _tracer.continue_contexts(contexts) if _tracer else nullcontext()

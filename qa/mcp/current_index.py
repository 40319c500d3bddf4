"""The service over the current generation of an index, for a program that runs for days while the index changes."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from index.errors import NetsphereError
from qa.engine import Engine
from qa.web.collections import serve_one
from qa.web.service import AppOptions, Service

log = logging.getLogger(__name__)


class CurrentIndex:
    """Opens the generation that is current whenever another one has been published. Thread-safe."""

    def __init__(self, find_current: Callable[[], str], open_engine: Callable[[], Engine]) -> None:
        """Open the current generation. Raises what ``find_current`` and ``open_engine`` raise."""
        self._find_current, self._open_engine = find_current, open_engine
        self._lock = Lock()
        self._name, self._served = find_current(), _ServedEngine(open_engine())

    @contextmanager
    def use_service(self) -> Iterator[Service]:
        """Yield the service over the current generation, which stays open until the block ends."""
        with self._lock:
            self._follow()
            served = self._served
            served.users += 1
        try:
            yield served.service
        finally:
            with self._lock:
                served.users -= 1
                self._close_unused(served)

    def close(self) -> None:
        """End the threads of the service."""
        self._served.service.close()

    def _follow(self) -> None:
        """Open another generation if it is current now; if that fails the one before it answers on."""
        try:
            name = self._find_current()
            if name == self._name:
                return
            # Also if it cannot be opened: it is not tried again before the next one is published.
            self._name = name
            served = _ServedEngine(self._open_engine())
        except NetsphereError as error:
            log.warning("the index has changed, but the new one cannot be opened; the old one answers on: %s", error)
            return
        before, self._served = self._served, served
        self._close_unused(before)

    def _close_unused(self, served: "_ServedEngine") -> None:
        if served is not self._served and not served.users:
            served.service.close()


class _ServedEngine:
    """A service and how many calls use it."""

    def __init__(self, engine: Engine) -> None:
        self.service = serve_one(engine, AppOptions())
        self.users = 0

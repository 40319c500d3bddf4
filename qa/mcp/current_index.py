"""The service over the current generations of indexes, for a program that runs for days while they change."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from index.errors import NetsphereError
from qa.web.collections import Collections, ServedCollection
from qa.web.service import AppOptions, Service

log = logging.getLogger(__name__)


class CurrentIndex:
    """Opens the version that is current whenever another generation has been published. Thread-safe."""

    def __init__(
        self,
        find_version: Callable[[], str],
        open_version: Callable[[str], Sequence[ServedCollection]],
        note_served: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Open the current version. Raises what ``find_version`` and ``open_version`` raise.

        ``note_served`` is called with each version from when it is served.
        """
        self._find_version, self._open_version, self._note_served = find_version, open_version, note_served
        self._lock = Lock()
        self._version = find_version()
        self._served = self._open(self._version)

    @contextmanager
    def use_service(self) -> Iterator[Service]:
        """Yield the service over the current version, which stays open until the block ends."""
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

    def _open(self, version: str) -> "_ServedVersion":
        served = _ServedVersion(self._open_version(version))
        self._note_served(version)
        return served

    def _follow(self) -> None:
        """Open another version if it is current now; if that fails the one before it answers on."""
        try:
            version = self._find_version()
            if version == self._version:
                return
            # Also if it cannot be opened: it is not tried again before the next one is published.
            self._version = version
            served = self._open(version)
        except NetsphereError as error:
            log.warning("the index has changed, but the new one cannot be opened; the old one answers on: %s", error)
            return
        before, self._served = self._served, served
        self._close_unused(before)

    def _close_unused(self, served: "_ServedVersion") -> None:
        if served is not self._served and not served.users:
            served.service.close()


class _ServedVersion:
    """A service and how many calls use it."""

    def __init__(self, served: Sequence[ServedCollection]) -> None:
        self.service = Collections(served, AppOptions(), {}).default
        self.users = 0

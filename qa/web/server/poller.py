"""Wait for sockets with epoll, and ask only those connections what they wait for that may have changed it.

waitress asks every connection before each wait, which takes milliseconds if a thousand idle or slow clients are
connected, for each request of the others.
"""

import select
from collections.abc import Sequence
from time import monotonic
from typing import Any

from waitress import wasyncore

# All connections are asked this often, whatever is known of them.
FULL_ROUND_S = 1.0


class Poller:
    """The sockets of an event loop. Only ``note_change`` may be called by other threads."""

    def __init__(self, always_asked: Sequence[Any]) -> None:
        """Wait for the sockets of ``always_asked``, of which there are few, and for those of connections."""
        self._always_asked = always_asked
        self._epoll = select.epoll()
        # By file descriptor: its object and the events that it waits for.
        self._watched: dict[int, tuple[Any, int]] = {}
        self._changed: set[Any] = set()
        self._next_full_round = 0.0

    def note_change(self, connection: Any) -> None:  # noqa: ANN401 — of a class of waitress, which has no types
        """Ask a connection before the next wait."""
        self._changed.add(connection)

    def poll(self, seconds: float, sockets: dict[int, Any]) -> None:
        """Wait for events for at most so many seconds, and let the objects of their sockets handle them."""
        self._ask(sockets)
        for descriptor, events in self._epoll.poll(seconds):
            found = sockets.get(descriptor)
            if found is not None:
                self._changed.add(found)
                wasyncore.readwrite(found, events)

    def _ask(self, sockets: dict[int, Any]) -> None:
        now = monotonic()
        if now >= self._next_full_round:
            self._next_full_round = now + FULL_ROUND_S
            asked, self._changed = list(sockets.values()), set()
        else:
            changed, self._changed = self._changed, set()
            asked = [*changed, *self._always_asked]
        for one in asked:
            descriptor = one._fileno
            if descriptor is not None and sockets.get(descriptor) is one:
                self._watch(descriptor, one)
                if getattr(one, "requests", None) or getattr(one, "paused_until", 0.0) > now:
                    # A thread that answers, or time, changes it.
                    self._changed.add(one)

    def _watch(self, descriptor: int, one: Any) -> None:  # noqa: ANN401 — as above
        events = select.EPOLLIN | select.EPOLLPRI if one.readable() else 0
        if one.writable() and not one.accepting:
            events |= select.EPOLLOUT
        known, before = self._watched.get(descriptor, (None, 0))
        if known is one and events == before:
            return
        if known is not one or not before:
            # The kernel has forgotten a descriptor that was closed; it may be that of another socket by now.
            if events:
                self._epoll.register(descriptor, events)
        elif events:
            self._epoll.modify(descriptor, events)
        else:  # an event that nobody waits for would end every wait at once
            self._epoll.unregister(descriptor)
        self._watched[descriptor] = (one, events)

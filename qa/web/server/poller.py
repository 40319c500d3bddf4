"""Wait for sockets, and ask only those connections what they wait for that may have changed it.

waitress asks every connection before each wait, which takes milliseconds if a thousand idle or slow clients are
connected, for each request of the others.
"""

import select
import selectors
from collections.abc import Sequence
from time import monotonic
from typing import Any

from waitress import wasyncore

# All connections are asked this often, whatever is known of them.
FULL_ROUND_S = 1.0
# At most this many connections are handled before those that wait to be accepted, which are new clients or liveness
# checks.
MAX_HANDLED = 64
# And for at most this long: each call of the kernel gives up the interpreter lock, which other threads then hold for a
# while.
MAX_ROUND_S = 0.01


class Poller:
    """The sockets of an event loop. Only ``note_change`` may be called by other threads."""

    def __init__(self, always_asked: Sequence[Any]) -> None:
        """Wait for the sockets of ``always_asked``, of which there are few, and for those of connections."""
        self._always_asked = always_asked
        self._selector = selectors.DefaultSelector()
        # By file descriptor: its object and the events that it waits for.
        self._watched: dict[int, tuple[Any, int]] = {}
        self._changed: set[Any] = set()
        # By file descriptor: the round in which it was handled last.
        self._turns: dict[int, int] = {}
        self._round = 0
        self._next_full_round = 0.0

    def note_change(self, connection: Any) -> None:  # noqa: ANN401 — of a class of waitress, which has no types
        """Ask a connection before the next wait."""
        self._changed.add(connection)

    def poll(self, seconds: float, sockets: dict[int, Any]) -> None:
        """Wait for events for at most ``seconds``, and let the objects of their sockets handle some of them.

        Those of ``always_asked`` come first, then those that have waited longest for their turn.
        """
        self._ask(sockets)
        ready = self._selector.select(seconds)
        first = {one._fileno for one in self._always_asked}
        ready.sort(key=lambda found: (found[0].fd not in first, self._turns.get(found[0].fd, 0)))
        self._round += 1
        end = monotonic() + MAX_ROUND_S
        for key, events in ready[:MAX_HANDLED]:
            self._turns[key.fd] = self._round
            found = sockets.get(key.fd)
            if found is not None:
                self._changed.add(found)
                # An error or a hang-up counts as both; whoever reads or writes then sees it.
                reads = select.POLLIN if events & selectors.EVENT_READ else 0
                wasyncore.readwrite(found, reads | (select.POLLOUT if events & selectors.EVENT_WRITE else 0))
            # At least one that is no listener, so that each has its turn.
            if key.fd not in first and monotonic() > end:
                break

    def _ask(self, sockets: dict[int, Any]) -> None:
        now = monotonic()
        if now >= self._next_full_round:
            self._next_full_round = now + FULL_ROUND_S
            asked, self._changed = list(sockets.values()), set()
            self._forget_closed(sockets)
        else:
            changed, self._changed = self._changed, set()
            asked = [*changed, *self._always_asked]
        for one in asked:
            descriptor = one._fileno
            if descriptor is not None and sockets.get(descriptor) is one:
                # A thread that answers, or time, changes it. Looked at first: the thread may be done in between.
                if getattr(one, "requests", None) or getattr(one, "paused_until", 0.0) > now:
                    self._changed.add(one)
                self._watch(descriptor, one)

    def _forget_closed(self, sockets: dict[int, Any]) -> None:
        """Let go the connections that are closed, each with what it has received, and their descriptors."""
        for descriptor, (one, events) in list(self._watched.items()):
            if sockets.get(descriptor) is not one:
                # The system has forgotten the descriptor, but the selector remembers its number.
                if events:
                    self._selector.unregister(descriptor)
                del self._watched[descriptor]
        self._turns = {descriptor: turn for descriptor, turn in self._turns.items() if descriptor in sockets}

    def _watch(self, descriptor: int, one: Any) -> None:  # noqa: ANN401 — as above
        events = selectors.EVENT_READ if one.readable() else 0
        if one.writable() and not one.accepting:
            events |= selectors.EVENT_WRITE
        known, before = self._watched.get(descriptor, (None, 0))
        if known is one and events == before:
            return
        # A descriptor may be that of another socket by now; the system has forgotten the one that was closed.
        if before:
            self._selector.unregister(descriptor)
        # An event that nobody waits for would end every wait at once.
        if events:
            self._selector.register(descriptor, events)
        self._watched[descriptor] = (one, events)

"""When a request is sent again, and after how long."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from http import HTTPStatus

import httpx

# Refusals of the server before it does anything, so that even a write may be sent again.
REFUSALS = frozenset({"overloaded", "not_ready", "rate_limited"})
# The request never left: nobody listens, or no connection was free.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# What may pass by itself. 502 is a proxy whose server is being restarted.
PASSING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE})


class Effect(Enum):
    """What a request does on the server."""

    READ = "changes nothing, so it may be sent again"
    WRITE = "changes something, so it is only sent again if it certainly did not happen"
    PROBE = "asks how the server is now, so it is never sent again"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Longest times in seconds to connect, and to wait for the next bytes of a response."""

    connect_s: float = 5.0
    read_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is sent again, and how long it waits before (exponential backoff with full jitter).

    A server's ``Retry-After`` is obeyed; if it is longer than ``max_wait_s``, the request fails at once. ``jitter``
    returns a number from 0 to 1.
    """

    times: int = 3
    backoff_s: float = 0.25
    max_wait_s: float = 30.0
    jitter: Callable[[], float] = random.random

    def choose_wait(self, tried: int, retry_after_s: float | None) -> float | None:
        """Return the seconds to wait after ``tried`` attempts; None if there should be no other one."""
        if tried > self.times:
            return None
        if retry_after_s is None:
            return self.jitter() * min(self.max_wait_s, self.backoff_s * 2.0**tried)
        # Later than the server says, so that callers who were refused together do not come back together.
        wait_s = retry_after_s + self.jitter() * self.backoff_s
        return wait_s if retry_after_s <= self.max_wait_s else None


def may_resend_refused(effect: Effect, status: int, code: str | None) -> bool:
    """Return whether a request that got an error response may be sent again.

    A caller whose ``timeout_ms`` passed has no time for another attempt.
    """
    if effect is Effect.PROBE or status not in PASSING or code == "deadline_exceeded":
        return False
    return effect is Effect.READ or status == HTTPStatus.TOO_MANY_REQUESTS or code in REFUSALS


def may_resend_failed(effect: Effect, error: httpx.RequestError) -> bool:
    """Return whether a request without a response may be sent again; one that took too long may not."""
    if effect is Effect.PROBE:
        return False
    broken = isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
    return isinstance(error, NOT_SENT) or (effect is Effect.READ and broken)


def parse_retry_after(value: str | None) -> float | None:
    """Return a ``Retry-After`` header, seconds or a date, in seconds from now; None if there is none to be read."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())

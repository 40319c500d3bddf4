"""Rate limits: a token bucket for each caller. Each process of a server counts on its own."""

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_network
from math import ceil
from threading import Lock
from time import monotonic

from flask import Flask, g, request

from qa.web.access.proxies import parse_address
from qa.web.errors.problems import Code, ProblemError

MAX_CALLERS = 10_000


class TokenBucket:
    """Allows ``rate`` actions a second on average, and ``burst`` at once (token bucket)."""

    def __init__(self, rate: float, burst: float) -> None:
        """Start full."""
        self._rate, self._burst = rate, burst
        self._tokens, self._updated = burst, monotonic()

    def take(self) -> bool:
        """Take a token and return True; return False if there is none."""
        self._refill()
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def seconds_until_next(self) -> float:
        """Return the seconds until there is a token."""
        self._refill()
        return max(0.0, (1 - self._tokens) / self._rate)

    def is_full(self) -> bool:
        """Return whether nothing was taken for a while."""
        self._refill()
        return self._tokens >= self._burst

    def _refill(self) -> None:
        now = monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._updated) * self._rate)
        self._updated = now


class CallerLimits:
    """A token bucket for each caller, who may do ``per_minute`` of something in a minute, all at once if it likes."""

    def __init__(self, per_minute: int) -> None:
        """Start with nobody known."""
        self._per_minute = per_minute
        # In the order in which they were last used.
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        self._lock = Lock()

    def take(self, caller: str) -> float:
        """Take a token of a caller and return 0; if there is none, return the seconds until there will be one."""
        with self._lock:
            bucket = self._buckets.pop(caller, None) or TokenBucket(self._per_minute / 60, self._per_minute)
            self._buckets[caller] = bucket
            # A minute without a request refills a bucket, so that it need not be remembered. Beyond the number, whose
            # buckets take a few megabytes, callers are forgotten earlier.
            while len(self._buckets) > 1 and (
                len(self._buckets) > MAX_CALLERS or next(iter(self._buckets.values())).is_full()
            ):
                self._buckets.popitem(last=False)
            return 0.0 if bucket.take() else bucket.seconds_until_next()


def limit_callers(app: Flask, per_minute: int, is_limited: Callable[[str | None], bool]) -> None:
    """Allow each caller ``per_minute`` requests to the endpoints that are limited; call it after the keys' check.

    Further requests are a ProblemError with Retry-After.
    """
    limits = CallerLimits(per_minute)

    def count_request() -> None:
        if is_limited(request.endpoint) and (wait_s := limits.take(identify_caller())):
            seconds = ceil(wait_s)
            detail = f"You have sent {per_minute} requests in a minute; send the next one in {seconds} s."
            raise ProblemError(Code.RATE_LIMITED, detail, headers={"Retry-After": str(seconds)})

    app.before_request(count_request)


def identify_caller() -> str:
    """Return whose limits count for the current request: those of its key, else of its client's address."""
    if key := g.get("key"):
        return f"key {key.id or key.name}"
    address = parse_address(request.remote_addr or "")
    # Whoever has one address of IPv6 has all of its /64.
    return str(ip_network((address, 64), strict=False) if address and address.version == 6 else address)

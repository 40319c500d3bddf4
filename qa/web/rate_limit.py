"""Rate limits: a token bucket for each caller."""

from time import monotonic


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

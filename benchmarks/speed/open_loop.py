"""Clients that do not wait for each other: questions arrive when they were planned to, whatever the server does.

A client that asks again only once it is answered (``load.py``) hides how long others would have waited meanwhile
("coordinated omission", Tene 2013). Here arrivals are a Poisson process, and time counts from the planned arrival.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from random import Random
from time import perf_counter, sleep
from urllib.parse import urlsplit

import click

# Questions under way at a time; one that arrives while so many wait begins later, and the time counts all the same.
MAX_THREADS = 256
TIMEOUT_S = 60.0
# Clients that measure the capacity, and the seconds until all are under way.
CLOSED_CLIENTS, WARM_S = 16, 1.0
# After a refusal such a client waits for a moment, as a polite one does.
REFUSED_REST_S = 0.05
ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"
REFUSALS = {429, 503}
HEADERS = {"Content-Type": "application/json", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What became of questions that arrived ``per_second``: milliseconds of each answer, and how many had none."""

    per_second: float
    answered_ms: Sequence[float]
    refused: int = 0
    failed: int = 0

    @property
    def asked(self) -> int:
        """How many questions arrived."""
        return len(self.answered_ms) + self.refused + self.failed


def draw_arrivals(per_second: float, seconds: float, seed: str) -> list[float]:
    """Draw the times of a Poisson process, in seconds from its start; the same for the same seed."""
    random, now, times = Random(seed), 0.0, list[float]()
    while (now := now + random.expovariate(per_second)) < seconds:
        times.append(now)
    return times


def ask(address: str, body: bytes) -> str:
    """Send one question on a connection of its own; return what became of it."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=TIMEOUT_S)
    try:
        connection.request("POST", "/v1/ask", body, HEADERS)
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException):
        return FAILED
    finally:
        connection.close()
    return ANSWERED if response.status == 200 else REFUSED if response.status in REFUSALS else FAILED


def measure_capacity(address: str, bodies: Iterator[bytes], seconds: float) -> float:
    """Return the questions a second that are answered while clients ask again at once (a closed loop).

    A question that is refused is sent again. Raise ClickException if one fails, or there are too few.
    """
    begun = perf_counter() + WARM_S
    with ThreadPoolExecutor(CLOSED_CLIENTS) as pool:
        counts = [pool.submit(_count_answers, address, bodies, begun, begun + seconds) for _ in range(CLOSED_CLIENTS)]
    answered = sum(one.result() for one in counts)
    if not answered:
        raise click.ClickException(f"{address} answers no question in {seconds} s")
    return answered / seconds


def _count_answers(address: str, bodies: Iterator[bytes], begun: float, end: float) -> int:
    """Return how many questions one client has answered between two times."""
    answered = 0
    while perf_counter() < end:
        body = take_body(bodies)
        while (became := ask(address, body)) == REFUSED and perf_counter() < end:
            sleep(REFUSED_REST_S)
        if became == FAILED:
            raise click.ClickException(f"a question to {address} failed")
        answered += became == ANSWERED and begun <= perf_counter() < end
    return answered


def take_body(bodies: Iterator[bytes]) -> bytes:
    """Return the next request body, none of which is sent twice. Raise ClickException if all are used."""
    body = next(bodies, None)
    if body is None:
        raise click.ClickException("there are too few different questions; choose fewer --seconds")
    return body


def run_arrivals(address: str, bodies: Iterator[bytes], times: Sequence[float], per_second: float) -> Arrivals:
    """Send a question at each of the times, and wait until all are answered. Raise ClickException if they are too few.

    Time is counted from the planned arrival to the end of the answer.
    """
    planned = [(time, take_body(bodies)) for time in times]
    with ThreadPoolExecutor(MAX_THREADS) as pool:
        started = perf_counter()
        asked = list(_submit_questions(pool, address, planned, started))
    outcomes = [one.result() for one in asked]
    became = [name for name, _ in outcomes]
    answered = [ms for name, ms in outcomes if name == ANSWERED]
    return Arrivals(per_second, answered, became.count(REFUSED), became.count(FAILED))


def _submit_questions(
    pool: ThreadPoolExecutor, address: str, planned: Iterable[tuple[float, bytes]], started: float
) -> Iterator[Future[tuple[str, float]]]:
    for time, body in planned:
        sleep(max(0.0, started + time - perf_counter()))
        yield pool.submit(_time_question, address, body, started + time)


def _time_question(address: str, body: bytes, arrived: float) -> tuple[str, float]:
    became = ask(address, body)
    return became, (perf_counter() - arrived) * 1000


def combine_arrivals(rounds: Sequence[Arrivals]) -> Arrivals:
    """Return all rounds as one, at their mean rate."""
    return Arrivals(
        sum(one.per_second for one in rounds) / len(rounds),
        [ms for one in rounds for ms in one.answered_ms],
        sum(one.refused for one in rounds),
        sum(one.failed for one in rounds),
    )

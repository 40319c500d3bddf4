"""More load than the server can take, slow clients, and many questions. The long form prints its figures."""

import json
import multiprocessing
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import TypeAlias
from urllib.request import urlopen

import click
import pytest

from tests.conftest import serving
from tests.qa.web.server.process import many_clients
from tests.soak.clients import REQUEST, Measured, Offer, ask_in_turn, make_request, make_requests

# Enough to keep the engine busy, few enough that it refuses little.
FEW_CLIENTS = 3
# The machine may be busy with something else; on a quiet one these take milliseconds.
PROMPT_S = 3.0
# Of the questions that are accepted, so many are in the server at once: those that are computed, those that wait for
# it, those that are read, and some to spare. It was 64.
MAX_INSIDE = 16
RESIDENT_MEMORY = re.compile(r"^process_resident_memory_bytes (\S+)$", re.MULTILINE)
MIB = 1024 * 1024
Report: TypeAlias = Callable[[str], None]


@pytest.fixture(scope="module")
def port(seed_index: Path) -> Iterator[int]:
    """The port of a server over the seed, which refuses what would wait, as it does by default."""
    with serving(seed_index, max_wait_ms=0) as address:
        yield int(address.rpartition(":")[2])


@dataclass(frozen=True)
class Crowd:
    """Many clients of a server, in a process of their own, so that they do not wait for what the test does."""

    port: int
    process: ProcessPoolExecutor

    def send(self, load: Offer) -> Measured:
        """Send what is to be sent, and return what was measured."""
        return self.process.submit(load.send, self.port).result(load.seconds + 120)


@pytest.fixture(scope="module")
def crowd(port: int) -> Iterator[Crowd]:
    """Many clients of the server."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        yield Crowd(port, process)


@pytest.fixture
def report(soak: bool, capsys: pytest.CaptureFixture[str]) -> Report:
    """Write a line about what was measured, in the long form."""

    def write(line: str) -> None:
        if soak:
            with capsys.disabled():
                click.echo(f"\n{line}", nl=False)

    return write


@pytest.mark.parametrize("factor", [4, 40])
@pytest.mark.parametrize("mode", ["fast", "precise"])
def test_overload(crowd: Crowd, soak: bool, report: Report, mode: str, factor: int) -> None:
    """Few questions wait, so that those that are accepted are answered soon; the others get a 503 at once.

    The liveness check is answered all the time, and two seconds later the server is as fast as before.
    """
    port = crowd.port
    numbers = iter(range(factor * 10_000_000, (factor + 1) * 10_000_000, 1_000_000))
    alone = ask(port, mode, next(numbers), 200 if soak else 10)
    capacity = Offer(mode, 10_000, 10 if soak else 1, FEW_CLIENTS, next(numbers)).send(port).per_second()
    clients, seconds = (900, 60) if soak else (100, 2)
    load = Offer(mode, max(1.0, factor * capacity), seconds, clients, next(numbers))
    with watch_liveness(port) as health:
        during = crowd.send(load)
    time.sleep(2)
    after = ask(port, mode, next(numbers), 200 if soak else 10)
    ratio = during.quantile(0.99) / alone.quantile(0.5)
    report(
        f"{mode}, {factor} times {capacity:.0f}/s: p99 {ratio:.1f} times p50 alone; healthz {max(health):.3f} s at most"
    )
    for name, measured in (("alone", alone), ("during", during), ("after", after)):
        report(f"  {name}: {measured.describe()}")
    assert during.seconds.keys() == {200, 503}
    assert not during.without_retry
    assert during.count_inside() < MAX_INSIDE
    assert during.quantile(0.5, 503) < PROMPT_S
    assert max(health) < PROMPT_S
    assert after.seconds.keys() == {200}
    assert after.quantile(0.5) < 10 * max(0.02, alone.quantile(0.5))


def test_500_slow_clients(port: int, soak: bool, report: Report) -> None:
    """Beside clients that send a byte a second a normal one is answered as if it were alone."""
    alone = ask(port, "fast", 1_000_000_000, 200 if soak else 10)
    beside = Measured()
    rounds = iter(range(60 if soak else 3))
    # The server closes requests that take too long, so that there are new clients after a few bytes.
    while some := list(islice(rounds, 4)):
        with many_clients(port, 500, REQUEST % 1000 + b"{") as clients:
            for number in some:
                for client in clients:
                    client.send(b" ")
                measured = ask(port, "fast", 1_001_000_000 + 1000 * number, 50 if soak else 10)
                beside.seconds[200] += measured.seconds[200]
                beside.sent += measured.sent
                beside.duration += measured.duration
                assert measured.seconds.keys() == {200}
                if soak:
                    time.sleep(max(0.0, 1 - measured.duration))
    report(f"alone: {alone.describe()}\n  beside 500 slow clients: {beside.describe()}")
    assert beside.quantile(0.5) < 10 * max(0.02, alone.quantile(0.5))


def test_memory_does_not_grow_with_long_histories(port: int, soak: bool, report: Report) -> None:
    """Requests of 200 kB, all of them different, leave nothing behind but their answers."""
    turns = [{"question": "Who?", "answer": "x" * 9_990}] * 20
    bodies = [
        {"question": f"Who was it? ({number})", "history": [*turns[1:], turn(number)], "mode": "fast"}
        for number in range(1200 if soak else 150)
    ]
    sizes = watch_memory(port, [[make_request(body) for body in part] for part in split(bodies, 3)])
    report(f"after {len(bodies)} long histories: {[size // MIB for size in sizes]} MiB")
    assert sizes[-1] - sizes[0] < 0.5 * len(bodies) * 200_000


def test_memory_is_flat_after_many_questions(port: int, soak: bool, report: Report) -> None:
    """Once the cache of answers is full, questions that were never asked take no more memory."""
    questions = 100_000 if soak else 600
    requests = make_requests("fast", 2_000_000_000)
    sizes = watch_memory(port, (islice(requests, questions // 10) for _ in range(10)))
    report(f"after each tenth of {questions} questions: {[size // MIB for size in sizes]} MiB")
    # The cache has 16 MiB, and is full after 2,000 questions.
    assert sizes[-1] - sizes[len(sizes) // 2] < 32 * MIB


def ask(port: int, mode: str, first: int, count: int) -> Measured:
    """Ask so many questions one after the other, after a few to warm up."""
    requests = make_requests(mode, first)
    ask_in_turn(port, islice(requests, 5))
    return ask_in_turn(port, islice(requests, count))


def turn(number: int) -> dict[str, str]:
    """Return an earlier turn that no other request has."""
    return {"question": "Who?", "answer": f"{number:05d}" * 1_998}


def split(bodies: Sequence[object], parts: int) -> list[Sequence[object]]:
    """Return as many parts of the same length."""
    size = len(bodies) // parts
    return [bodies[part * size : (part + 1) * size] for part in range(parts)]


@contextmanager
def watch_liveness(port: int) -> Iterator[list[float]]:
    """Yield the seconds that each of the liveness checks takes, twenty a second, of which there will be one at least."""
    seconds: list[float] = []
    ended = Event()

    def check() -> None:
        while not ended.wait(0.05):
            start = time.monotonic()
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as response:
                assert json.load(response) == {"status": "alive"}
            seconds.append(time.monotonic() - start)

    thread = Thread(target=check)
    thread.start()
    try:
        yield seconds
    finally:
        ended.set()
        thread.join()


def watch_memory(port: int, parts: Iterable[Iterable[bytes]]) -> list[int]:
    """Return the resident memory of the server after each part of some requests, in bytes."""
    sizes = []
    for part in parts:
        assert ask_in_turn(port, part).seconds.keys() == {200}
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as response:
            found = RESIDENT_MEMORY.search(response.read().decode())
        assert found
        sizes.append(int(float(found[1])))
    return sizes

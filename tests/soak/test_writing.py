"""Writing while serving: through kills, under load, and how long it takes until a change is found."""

import json
import os
import random
import re
import signal
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

import pytest

from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from tests.qa.web.documents.served import PATIENCE_S, Served, served, wait_until

pytestmark = pytest.mark.slow

# Documents that are written again and again, so that a later write must win over an earlier one.
NAMES = [f"document {number}" for number in range(20)]
# What a write may become if no response arrived: it was stored or it was not.
Known = dict[str, set[str | None]]


def report(figures: str) -> None:
    """Print figures, which ``pytest -s`` shows."""
    print(figures)  # noqa: T201


@pytest.fixture
def index(tmp_path: Path, encoder: Encoder) -> Path:
    """An index of one small file."""
    source = tmp_path / "texts"
    source.mkdir()
    (source / "cats.txt").write_text("Cats sleep on warm mats all day.", encoding="utf-8")
    build_index(source, IndexSettings(index=str(tmp_path / "first")), encoder)
    return tmp_path / "first"


def write_until_killed(server: Served, known: Known, chance: random.Random) -> None:
    """Write and remove documents one after the other until the server is gone; note what was confirmed."""
    try:
        for step in range(10_000):
            name = chance.choice(NAMES)
            is_there = None not in known.get(name, {None})
            text = None if is_there and chance.random() < 0.2 else f"{name} in step {step}."
            known[name] = known.get(name, {None}) | {text}
            if text is None:
                server.delete(name)
            else:
                server.put(name, text, metadata={"step": f"{step}-{chance.random()}"})
            known[name] = {text}
    except (OSError, HTTPException):
        return


def kill_all(server: Served) -> None:
    """Kill the supervisor, the workers, the builder and its parser at once."""
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()


def test_every_confirmed_write_survives_kills(soak: bool, tmp_path: Path, index: Path) -> None:
    """Killed at a random moment, all processes at once: afterwards every document is as the last 202 said."""
    rounds, chance, known = 300 if soak else 3, random.Random(16), Known()
    for _ in range(rounds):
        with served(tmp_path, index) as server:
            writer = Thread(target=write_until_killed, args=(server, known, chance))
            writer.start()
            time.sleep(chance.uniform(0, 2.5))
            kill_all(server)
            writer.join()
    with served(tmp_path, index) as server:
        wait_until(lambda: all(job["state"] == "published" for job in server.send("GET", "/v1/jobs?limit=200")["jobs"]))
        (last,) = server.send("GET", "/v1/jobs?limit=1")["jobs"]
        wait_until(lambda: server.send("GET", "/v1/index")["generation"] == last["generation"])
        assert find_differences(server, known) == {}
        report(f"{rounds} kills, {last['id']} writes, {len(known)} documents as they should be")
    assert server.command("verify").count("damaged") == 0


def find_differences(server: Served, known: Known) -> dict[str, str | None]:
    """Return the documents whose text is none of those that it may be."""
    found = dict.fromkeys(known) | {name: read_text(server, name) for name in server.list_ids() & known.keys()}
    return {name: text for name, text in found.items() if text not in known[name]}


def read_text(server: Served, name: str) -> str:
    """Return the text of a document that is served."""
    return str(server.send("GET", f"/v1/documents/{quote(name)}")["text"])


class Askers:
    """Clients that ask all the time, on a connection that is kept and on new ones, and keep all answers."""

    def __init__(self, port: int) -> None:
        """Start to ask."""
        self.answers: list[Any] = []
        self.failures: list[object] = []
        self._port, self._stop = port, Event()
        self._threads = [Thread(target=self._ask, args=(keeps,), daemon=True) for keeps in (True, False)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop to ask."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, keeps: bool) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        while not self._stop.is_set():
            is_reused = connection.sock is not None
            try:
                connection.request("GET", "/v1/ask?q=Which+number+is+on+the+sign%3F&mode=fast")
                response = connection.getresponse()
                body = response.read()
                if response.status == 200:
                    self.answers.append(json.loads(body))
                else:
                    self.failures.append(body)
            except (OSError, HTTPException, ValueError) as error:
                # A server may close a connection on which nothing is under way, after a second of silence if it is
                # replaced; a client asks again on a new one (RFC 9112, section 9.3.1).
                if not (is_reused and isinstance(error, ConnectionError)):
                    self.failures.append((keeps, error))
                connection.close()
            if not keeps:
                connection.close()
            time.sleep(0.01)
        connection.close()


def read_numbers(answer: Any) -> set[str]:  # noqa: ANN401
    """Return the numbers in the passages of an answer."""
    return {number for passage in answer["passages"] for number in re.findall(r"sign is (\d+)", passage["text"])}


def test_many_publishes_under_load(soak: bool, tmp_path: Path, index: Path) -> None:
    """No question fails, and no answer has passages of two generations or of another one than it names."""
    rounds, numbers = 200 if soak else 5, dict[str, str]()
    with served(tmp_path, index, "--workers", "2") as server:
        askers = Askers(server.port)
        for number in range(rounds):
            lines = [{"id": side, "text": f"The number on the {side} sign is {number}."} for side in ("left", "right")]
            body = "\n".join(json.dumps(line) for line in lines).encode()
            job = server.finish(server.send("POST", "/v1/documents", body, "application/x-ndjson"))
            assert job["state"] == "published"
            numbers[job["generation"]] = str(number)
        last = str(rounds - 1)
        wait_until(lambda: any(last in read_numbers(answer) for answer in askers.answers[-10:]))
        askers.stop()
    assert askers.failures == []
    for answer in askers.answers:
        expected = numbers.get(answer["retrieval"]["generation"])
        assert read_numbers(answer) == ({expected} if expected else set())
    report(f"{rounds} publishes, {len(askers.answers)} answers, none failed, none mixed")


@pytest.fixture
def seed_server(tmp_path: Path, seed_index: Path) -> Iterator[Served]:
    """A server over the seed."""
    with served(tmp_path, seed_index) as server:
        yield server


def test_a_change_is_found_soon(soak: bool, seed_server: Served) -> None:
    """The goal is two seconds on the seed; the bound leaves room for a machine that does much else."""
    seconds = []
    for number in range(20 if soak else 3):
        start = time.monotonic()
        name = f"zorblax{number}"
        seed_server.send(
            "PUT", f"/v1/documents/{name}.md", f"# {name}\n\nThe {name} is an animal.".encode(), "text/markdown"
        )
        url = f"/v1/ask?q=What+is+{name}%3F&mode=fast"
        while name not in str(seed_server.send("GET", url)["passages"]):
            assert time.monotonic() < start + PATIENCE_S
            time.sleep(0.01)
        seconds.append(time.monotonic() - start)
    report(f"a change over HTTP is found after {', '.join(f'{one:.2f}' for one in seconds)} s")
    assert sorted(seconds)[len(seconds) // 2] < 20

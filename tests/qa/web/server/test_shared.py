"""Several real servers over one Milvus: what is published is served by all, and one that is lost is not missed."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from index.build.pipeline import build_index
from index.search.stores.access import MILVUS, StoreAccess
from index.settings import IndexSettings
from index.types import Document, Encoder
from tests.milvus_server import find_free_port, name_index, run_milvus
from tests.qa.web.access.test_nginx import MAIN, NGINX, ROOT, wait_for
from tests.qa.web.documents.served import PATIENCE_S, Served, served, wait_until

pytestmark = pytest.mark.slow
SEED_QUESTION = "Who saves P-cell from death?"
FEATHERS = "How many feathers does the toucan have?"


def build(index: Path, access: StoreAccess, encoder: Encoder, source: Path | None = None, text: str = "") -> str:
    """Build on one machine and return the name of the generation."""
    recipe = IndexSettings(
        index=str(index), store=MILVUS, store_uri=access.uri, store_name=access.name,
        store_token_file=access.token_file, store_seconds=access.timeout_s,
    )  # fmt: skip
    overrides = {"toucan.txt": Document("toucan.txt", text, "Toucan")} if text else {}
    return build_index(source, recipe, encoder, overrides=overrides).manifest.generation


@contextmanager
def serve_shared(folder: Path, access: StoreAccess, *flags: str) -> Iterator[Served]:
    """Yield a server on a machine of its own, which has nothing but the address of the database."""
    (folder / "index").mkdir(parents=True)
    named = ["--store-uri", access.uri, "--store-name", access.name, "--store-seconds", str(access.timeout_s)]
    named += ["--store-token-file", access.token_file] if access.token_file else []
    with served(folder, folder / "index", *named, *flags) as server:
        yield server


def ask(server: Served, question: str) -> Any:  # noqa: ANN401 — any JSON
    return server.send("POST", "/v1/ask", json.dumps({"question": question, "mode": "fast"}).encode())


def test_the_seed_is_answered_on_two_servers_as_from_a_folder(
    tmp_path: Path, milvus: StoreAccess, encoder: Encoder, seed_index: Path
) -> None:
    """The same words with the same confidence."""
    build(tmp_path / "index", milvus, encoder, ROOT / "seeds")
    with (
        serve_shared(tmp_path / "one", milvus) as one,
        serve_shared(tmp_path / "two", milvus) as two,
        served(tmp_path / "local", seed_index) as local,
    ):
        answers = [ask(server, SEED_QUESTION) for server in (one, two, local)]
    for answer in answers[:2]:
        assert answer["answer"] == answers[2]["answer"]
        assert answer["confidence"] == pytest.approx(answers[2]["confidence"], abs=0.002)
        assert [hit["id"] for hit in answer["passages"]] == [hit["id"] for hit in answers[2]["passages"]]
        assert answer["retrieval"]["degraded"] == []


class Load:
    """Clients that ask one port all the time, each on its own connection."""

    def __init__(self, port: int, question: str, clients: int = 3) -> None:
        """Start to ask."""
        self.answers: list[dict[str, Any]] = []
        self.failures: list[object] = []
        self._port, self._question, self._stop = port, json.dumps({"question": question, "mode": "fast"}), Event()
        self._threads = [Thread(target=self._ask, daemon=True) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop to ask."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._stop.is_set():
            connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
            try:
                connection.request("POST", "/v1/ask", self._question, {"Content-Type": "application/json"})
                response = connection.getresponse()
                body = response.read()
                if response.status == 200:
                    self.answers.append(json.loads(body))
                else:
                    self.failures.append((response.status, body[:200]))
            except OSError as error:
                self.failures.append(error)
            finally:
                connection.close()


def wait_for_answers(load: Load, count: int) -> None:
    """Return when so many more answers have come."""
    wanted = len(load.answers) + count
    wait_until(lambda: len(load.answers) >= wanted)


def test_publishing_under_load_fails_nothing_and_mixes_nothing(
    tmp_path: Path, milvus: StoreAccess, encoder: Encoder
) -> None:
    """Each answer has the text of the generation that it names; both servers come to the last one."""
    written = dict[str, str]()

    def publish(number: int) -> str:
        text = f"The toucan has {number} feathers."
        name = build(tmp_path / "index", milvus, encoder, text=text)
        written[name] = text
        return name

    publish(1)
    with serve_shared(tmp_path / "one", milvus) as one, serve_shared(tmp_path / "two", milvus) as two:
        loads = [Load(server.port, FEATHERS, clients=2) for server in (one, two)]
        for number in (2, 3):
            newest = publish(number)
            for server in (one, two):
                wait_until(lambda: ask(server, FEATHERS)["retrieval"]["generation"] == newest)  # noqa: B023
        for load in loads:
            wait_for_answers(load, 20)
            load.stop()
    for load in loads:
        assert load.failures == []
        seen = [answer["retrieval"]["generation"] for answer in load.answers]
        assert seen == sorted(seen) or len({*seen}) == len(written)
        assert {*seen} <= written.keys() and newest in seen
        for answer in load.answers:
            assert answer["passages"][0]["text"] == written[answer["retrieval"]["generation"]]


@contextmanager
def balance(folder: Path, servers: list[Served]) -> Iterator[int]:
    """Run nginx with the configuration of docs/milvus.md in front of two servers, and yield its port."""
    (site,) = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs/milvus.md").read_text(encoding="utf-8"), re.DOTALL)
    port = find_free_port()
    for documented, here in (
        ("listen 80", f"access_log off; listen 127.0.0.1:{port}"),
        ("10.0.0.1:8000", f"127.0.0.1:{servers[0].port}"),
        ("10.0.0.2:8000", f"127.0.0.1:{servers[1].port}"),
    ):
        assert documented in site
        site = site.replace(documented, here)
    folder.mkdir()
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, site=site), encoding="utf-8")
    command = [str(NGINX), "-c", folder / "nginx.conf", "-p", folder]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            wait_for(port, process)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@pytest.mark.skipif(not NGINX and "CI" not in os.environ, reason="needs nginx: apt-get install nginx")
def test_a_server_that_is_killed_under_load_costs_no_request(
    tmp_path: Path, milvus: StoreAccess, encoder: Encoder
) -> None:
    """Its processes are killed without a warning; the balancer sends what was in flight to the other."""
    build(tmp_path / "index", milvus, encoder, ROOT / "seeds")
    with (
        serve_shared(tmp_path / "one", milvus) as one,
        serve_shared(tmp_path / "two", milvus) as two,
        balance(tmp_path / "nginx", [one, two]) as port,
    ):
        load = Load(port, SEED_QUESTION)
        wait_for_answers(load, 30)
        os.killpg(two.process.pid, signal.SIGKILL)
        wait_for_answers(load, 60)
        load.stop()
    assert load.failures == []
    assert {answer["status"] for answer in load.answers} == {"answered"}


@pytest.mark.leg_failure
def test_a_lost_database_is_said_and_words_still_answer(tmp_path: Path, encoder: Encoder) -> None:
    """Questions go on without vectors, readiness says no; when the server is back, all is as before."""
    data, port = tmp_path / "data", find_free_port()
    data.mkdir()
    with ExitStack() as first:
        access = name_index(replace(first.enter_context(run_milvus(data, port)), timeout_s=2))
        build(tmp_path / "index", access, encoder, ROOT / "seeds")
        with serve_shared(tmp_path / "one", access) as server:
            whole = ask(server, SEED_QUESTION)
            assert whole["retrieval"]["degraded"] == []
            first.close()
            # Each time another question, because answers are remembered.
            lost = ask(server, f"{SEED_QUESTION} Please.")
            assert lost["retrieval"]["degraded"] == ["dense"]
            assert lost["passages"][0]["id"] == whole["passages"][0]["id"]
            assert read_status(server, "/readyz") == 503
            with run_milvus(data, port):
                wait_until(lambda: read_status(server, "/readyz") == 200)
                assert ask(server, f"{SEED_QUESTION} Thanks.")["retrieval"]["degraded"] == []


def read_status(server: Served, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()

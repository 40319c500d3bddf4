"""Load on real server processes, made and counted by wrk."""

import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import click
import pytest

from benchmarks.speed.baseline import Baseline
from benchmarks.speed.load import CLIENTS, Load, find_wrk, run_load, write_requests
from benchmarks.speed.part import PRECISE, VARIED
from benchmarks.speed.servers import measure_memory, run_server
from benchmarks.speed.serving import (
    BASE,
    GOALS,
    OURS,
    REPEAT,
    AskedServer,
    format_rows,
    measure_servers,
)

needs_wrk = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed; apt-get install wrk")
QUESTIONS = [f"Who directed film number {number}?" for number in range(8000)]


@pytest.fixture
def broken() -> Iterator[str]:
    """Yield the address of a server that returns an error every time."""

    class Fails(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(503)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Fails) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@needs_wrk
@pytest.mark.slow
def test_both_servers_are_loaded_in_turn(server: str, tmp_path: Path) -> None:
    """Both kinds of questions have a row for each server, with the ratio and its goal; `precise` only one of them."""
    Baseline.load_or_build(["The film was directed by Ann Lee."], tmp_path / "baseline")
    with run_server("-m", "benchmarks.speed.baseline", "0", str(tmp_path / "baseline")) as baseline:
        servers = {BASE: AskedServer(baseline), OURS: AskedServer(server), PRECISE: AskedServer(server, "precise")}
        found = measure_servers(servers, QUESTIONS, 1, 1, tmp_path)
    assert {kind: list(loads) for kind, loads in found.items()} == {VARIED: [BASE, OURS, PRECISE], REPEAT: [BASE, OURS]}
    for kind, loads in found.items():
        assert all(len(own) == 1 and own[0].per_second > 0 for own in loads.values())
        assert [row[-1] for row in format_rows(kind, loads)] == [GOALS[kind].get(name, "") for name in loads]
    assert 3 * found[VARIED][PRECISE][0].per_second < found[VARIED][OURS][0].per_second


def test_memory_is_that_of_all_processes_and_what_they_share_counts_once(tmp_path: Path) -> None:
    """Two processes that hold the same pages take little more than one; a server of others is not measured."""
    program = """
import os, socket, sys, time
held = bytearray(os.urandom(1 << 16)) * 1024
listening = socket.create_server(("127.0.0.1", 0))
first = os.getpid()
if sys.argv[1] == "1" or os.fork():
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    time.sleep(20)
while os.getppid() == first:
    time.sleep(0.1)
"""
    with run_server("-c", program, "1") as one, run_server("-c", program, "2") as two:
        alone, shared = measure_memory(one), measure_memory(two)
    assert (alone.processes, shared.processes) == (1, 2)
    assert alone.proportional > 60
    assert shared.proportional < 1.5 * alone.proportional < shared.resident
    with pytest.raises(ValueError, match="no child"):
        measure_memory("http://127.0.0.1:1")


def test_times_are_of_pairs_of_rounds() -> None:
    """Rows show medians over the rounds, and the median of the ratios."""
    loads = {BASE: [Load(10, 5, 9), Load(20, 7, 9)], OURS: [Load(80, 1, 2), Load(200, 1, 2)]}
    assert [row[2:6] for row in format_rows("varied", loads)] == [
        ("15.0", "6.0", "9.0", "1.0"),
        ("140.0", "1.0", "2.0", "9.0"),
    ]


@needs_wrk
def test_what_is_not_an_answer_is_no_speed(broken: str, tmp_path: Path) -> None:
    """A server that fails quickly is not a fast server."""
    with pytest.raises(click.ClickException, match="failed"):
        run_load(broken, write_requests(QUESTIONS[:9], tmp_path / "bodies.jsonl"), 1, repeat=True)


@needs_wrk
@pytest.mark.slow
def test_varied_questions_never_come_twice(server: str, tmp_path: Path) -> None:
    """Too few questions are an error; they are not asked again."""
    with pytest.raises(click.ClickException, match="do not last"):
        run_load(server, write_requests(QUESTIONS[:CLIENTS], tmp_path / "bodies.jsonl"), 1, repeat=False)


def test_without_wrk_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the command that installs it."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(click.ClickException, match="apt-get install wrk"):
        find_wrk()


def test_a_server_that_does_not_start_is_an_error() -> None:
    """The message names the command."""
    with pytest.raises(click.ClickException, match="no server started"), run_server("-c", "pass"):
        pass

"""The command that an agent starts: what it writes, when it stops, and what it says if it cannot serve."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from qa.engine import Engine
from qa.mcp.command import mcp_command
from tests.conftest import SEEDS

INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}
CALL = {"name": "ask", "arguments": {"question": "Who directed the film?"}}
START = "from qa.__main__ import main; main()"
# An engine that writes to standard output, as a library might.
NOISY = """
import os
from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from qa.engine import Engine
ask_many = Engine.ask_many
def ask_noisily(self, questions):
    print("noise", flush=True)
    os.write(1, b"more noise")
    return ask_many(self, questions)
Engine.ask_many = ask_noisily
"""
# An engine that never answers, until nobody waits any more.
ENDLESS = """
import sys, time
from qa.cancellation import Cancelled, raise_if_cancelled
from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from qa.engine import Engine
def ask_forever(self, questions):
    print("started", file=sys.stderr, flush=True)
    try:
        while True:
            raise_if_cancelled()
            time.sleep(0.01)
    except Cancelled:
        print("stopped", file=sys.stderr, flush=True)
        raise
Engine.ask_many = ask_forever
"""


def start(program: str, *options: str) -> subprocess.Popen[str]:
    """Start the command after ``program`` has changed what it runs."""
    command = [sys.executable, "-c", program + START, "mcp", *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=SEEDS.parent, text=True, stdin=pipe, stdout=pipe, stderr=pipe)


def send(process: subprocess.Popen[str], method: str, id: int | None = None, **params: Any) -> None:  # noqa: ANN401
    """Send a request, or without an id a notification."""
    message = {"jsonrpc": "2.0", "method": method, "params": params} | ({} if id is None else {"id": id})
    assert process.stdin
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()


def connect(process: subprocess.Popen[str]) -> None:
    """Begin as every client does."""
    send(process, "initialize", 1, **INITIALIZE)
    send(process, "notifications/initialized")


@pytest.mark.slow
def test_standard_output_has_nothing_but_the_protocol(seed_index: Path) -> None:
    """Whatever else is written there while it is served goes to standard error; the end of the input ends it."""
    process = start(NOISY, "--index", str(seed_index))
    connect(process)
    send(process, "tools/call", 2, **CALL)
    assert process.stdout
    answers = [json.loads(process.stdout.readline()) for _ in range(2)]
    rest, errors = process.communicate(timeout=300)
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[1]["result"]["structuredContent"]["status"] == "answered"
    assert "noise" in errors
    assert "more noise" in errors
    assert (rest, process.returncode) == ("", 0)


@pytest.mark.slow
def test_a_cancelled_call_stops_its_question(seed_index: Path) -> None:
    """It gets no answer, the next request does, and nothing is left running."""
    process = start(ENDLESS, "--index", str(seed_index))
    connect(process)
    send(process, "tools/call", 2, **CALL)
    assert process.stdout
    assert process.stderr
    assert process.stderr.readline() == "started\n"
    send(process, "notifications/cancelled", requestId=2)
    send(process, "ping", 3)
    answers = [json.loads(process.stdout.readline()) for _ in range(2)]
    assert process.stderr.readline() == "stopped\n"
    rest, _ = process.communicate(timeout=300)
    assert [answer["id"] for answer in answers] == [1, 3]
    assert (rest, process.returncode) == ("", 0)


@pytest.mark.slow
def test_links_lead_to_the_server_that_is_named(seed_index: Path, engine: Engine) -> None:
    """With ``--url`` a person can open them."""
    process = start("", "--index", str(seed_index), "--url", "https://docs.example/netsphere/")
    connect(process)
    send(process, "tools/call", 2, **CALL)
    assert process.stdout
    answer = [json.loads(process.stdout.readline()) for _ in range(2)][1]
    process.communicate(timeout=300)
    words = engine.ask(CALL["arguments"]["question"]).answer
    place = f"{words.start}-{words.end}"
    link = f"https://docs.example/netsphere/documents/blame.txt?at={place}#{place}"
    assert answer["result"]["structuredContent"]["link"] == link


def call_tool(process: subprocess.Popen[str], id: int, name: str, **arguments: object) -> Any:  # noqa: ANN401
    """Return the result of a call."""
    send(process, "tools/call", id, name=name, arguments=arguments)
    assert process.stdout
    answer = json.loads(process.stdout.readline())
    assert answer["id"] == id
    return answer["result"]["structuredContent"]


@pytest.mark.slow
def test_several_indexes_are_served_by_their_names(seed_index: Path, encoder: Encoder, tmp_path: Path) -> None:
    """As by a server of several collections; a build of one is followed, a folder that is lost is served on."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "leave.txt").write_text("Every employee has 27 days of paid leave a year.")
    settings = IndexSettings(index=str(tmp_path / "staff"))
    build_index(tmp_path / "texts", settings, encoder)
    shutil.copytree(seed_index, tmp_path / "films")
    process = start("", f"films={tmp_path}/films", f"staff={tmp_path}/staff", "--url", "http://a.example")
    connect(process)
    assert process.stdout
    process.stdout.readline()
    leave = call_tool(process, 2, "ask", question="How many days of paid leave does an employee have?")
    assert (leave["collection"], leave["document"]) == ("staff", "leave.txt")
    assert re.fullmatch(r"http://a\.example/documents/leave\.txt\?at=\d+-\d+&collection=staff#\d+-\d+", leave["link"])
    assert call_tool(process, 3, "ask", **CALL["arguments"])["collection"] == "films"

    (tmp_path / "texts" / "lunch.txt").write_text("The canteen opens at noon.")
    build_index(tmp_path / "texts", settings, encoder)
    shutil.rmtree(tmp_path / "films")
    listed = call_tool(process, 4, "list_documents", collection="staff")["documents"]
    assert {one["document"] for one in listed} == {"leave.txt", "lunch.txt"}
    assert call_tool(process, 5, "ask", **CALL["arguments"], collection="films")["status"] == "answered"
    _, errors = process.communicate(timeout=300)
    assert "the collection films: " in errors


@pytest.mark.parametrize(
    ("program", "options", "code", "message"),
    [
        ("import sys; sys.modules['mcp'] = None;", [], 2, "python -m pip install mcp==2.3.0"),
        ("", ["--index", "no/such/folder"], 1, "build one with: python -m index build FOLDER --index no/such/folder"),
        (
            "",
            ["--url", "docs.example"],
            2,
            "invalid value 'docs.example' for --url: must be like http://127.0.0.1:8000",
        ),
        ("", ["a=var/a", "--index", "var/b"], 2, "invalid value 'var/b' for --index: name it as a collection, too"),
        ("", ["a=no/such/folder"], 1, "the collection a cannot be served: there is no index in no/such/folder"),
    ],
)
def test_what_keeps_it_from_serving_is_one_sentence(program: str, options: list[str], code: int, message: str) -> None:
    """On standard error, with the remedy; an agent shows it in its log."""
    process = start(program, *options)
    output, errors = process.communicate(timeout=300)
    assert (process.returncode, output) == (code, "")
    assert errors.startswith("error: ")
    assert message in errors
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize("module", ["session", "stdio"])
def test_a_module_can_be_the_first_to_be_imported(module: str) -> None:
    """No package that it needs imports it in turn."""
    command = [sys.executable, "-c", f"import qa.mcp.{module}"]
    done = subprocess.run(command, cwd=SEEDS.parent, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("url", ["http://", "https:///path", "http://a.example/?q=1", "http://a.example/#top"])
def test_an_address_to_which_no_link_could_lead_is_refused(url: str) -> None:
    """Before anything is opened."""
    done = CliRunner().invoke(mcp_command, ["--url", url])
    assert done.exit_code == 2
    assert f"invalid value {url!r} for --url" in done.output

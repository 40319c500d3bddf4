"""The way from an empty environment to the first answer, with commands that stand for the real ones."""

import json
import os
import sys
from pathlib import Path

import pytest

from benchmarks.installation import Measurement, find_port, measure_local_wheels_mb, measure_way, render
from benchmarks.installation_ways import Step, Way, list_ways

SERVER = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.dumps({"passages": ["one"]}).encode()
        self.send_response(200); self.end_headers(); self.wfile.write(body)
with open("pid", "w") as file:
    file.write(str(os.getpid()))
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
INSTALL = """
import os, pathlib
cache = pathlib.Path(os.environ["PIP_CACHE_DIR"]); cache.mkdir()
(cache / "wheel").write_bytes(bytes(3_000_000))
pathlib.Path("package").write_bytes(bytes(5_000_000))
"""


def python(shown: str, code: str, *arguments: str, serves: bool = False) -> Step:
    return Step(shown, [sys.executable, "-c", code, *arguments], serves)


def test_a_way_ends_with_the_first_answer(tmp_path: Path) -> None:
    """Every command has its seconds; what was downloaded is not on the disk twice; the server is gone afterwards."""
    port = find_port()
    way = Way("a way", [python("install", INSTALL), python("serve", SERVER, str(port), serves=True)])
    found = measure_way(way, tmp_path, port)
    assert found.failed == ""
    assert list(found.seconds) == ["install", "serve"]
    assert found.downloaded_mb == 3.0
    assert 5.0 <= found.disk_mb < 5.1
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.parametrize("serves", [False, True])
def test_a_command_that_fails_is_named_with_its_last_line(serves: bool, tmp_path: Path) -> None:
    """Whether it should have ended or have served."""
    step = python("netsphere serve", "import sys; sys.exit('no such command')", serves=serves)
    found = measure_way(Way("a way", [step]), tmp_path, find_port())
    assert found.failed == "netsphere serve: ended with status 1; no such command"
    assert found.seconds == {}


def test_a_command_that_is_not_there_is_named(tmp_path: Path) -> None:
    """`pip install .` that brings no `netsphere`, for example."""
    found = measure_way(Way("a way", [Step("netsphere build", ["/nowhere/netsphere"])]), tmp_path, find_port())
    assert found.failed.startswith("netsphere build: ")
    assert "/nowhere/netsphere" in found.failed


def test_wheels_of_this_machine_count_as_downloaded(tmp_path: Path) -> None:
    """The cache of pip does not keep what it takes from a file."""
    wheel = tmp_path / "torch 1.whl"
    wheel.write_bytes(bytes(2_000_000))
    urls = [wheel.as_uri(), "https://files.example/numpy.whl"]
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"install": [{"download_info": {"url": url}} for url in urls]}), encoding="utf-8")
    assert measure_local_wheels_mb(report) == 2.0
    assert measure_local_wheels_mb(tmp_path / "none.json") == 0.0


def test_every_way_ends_with_a_server(tmp_path: Path) -> None:
    """And only the last command of a way serves."""
    ways = list_ways(tmp_path, 8123, tmp_path / "index")
    assert [[step.serves for step in way.steps][-1] for way in ways] == [True] * len(ways)
    assert all(not step.serves for way in ways for step in way.steps[:-1])
    assert [way.title for way in ways][:3] == [
        "`make serve`",
        "`pip install .`",
        "serving only, of an index built elsewhere",
    ]


def test_rows_show_commands_seconds_and_megabytes() -> None:
    """A way that did not get there is told below the table."""
    done = Measurement(
        "`make serve`", ["git clone …", "make serve"], {"git clone …": 1.0, "make serve": 99.0}, 500, 2000
    )
    failed = Measurement("`pip install .`", ["netsphere serve"], failed="netsphere serve: not found")
    text = render([done, failed], "2026-11-27")
    assert "| `make serve` | 2 | 100 | 99.0 | 500 | 2,000 |" in text
    assert "* `make serve`: `git clone …`, `make serve`" in text
    assert "* `pip install .` did not get there: `netsphere serve: not found`" in text

"""docs/updating.md shows a session: its commands, typed one after the other, print what the page shows."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest

from index.generation.directory import IndexDirectory
from index.writes.jobs import JobState
from index.writes.journal import Journal

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "updating.md"
BLOCK = re.compile(r"(?<=```console\n).*?(?=```\n)", re.DOTALL)
# A command goes on while its lines end with a backslash; what it prints are the lines before the next one.
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)
# What an output leaves out, with the spaces around it.
GAP = re.compile(r"( ?… ?)")
# What differs from run to run: times, and the hashes in the names of generations, which depend on the model.
VARIABLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00|(?<=\b\d{6}-)[0-9a-f]{8}\b")
SHOWN_ADDRESS = "http://127.0.0.1:8000"
END = "end of the output, exit status"
# A machine that runs tests side by side is slow.
PATIENCE_S = 600.0


class Reader:
    """Types commands into two terminals in a folder that looks like a fresh checkout: a server's and another one."""

    def __init__(self, folder: Path, log: IO[str]) -> None:
        """Open the second terminal; progress and the log of the server go to ``log``."""
        self._folder, self._log, self._index = folder, log, folder / "var" / "index"
        for name in ("index", "qa", "serve.py", "pyproject.toml", "var/models"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).symlink_to(ROOT / name)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        # The port of the page may be taken here.
        self._environment = os.environ | {"PATH": path, "HF_HUB_OFFLINE": "1", "NETSPHERE_PORT": "0"}
        self._server, self._address = ExitStack(), ""
        # Jobs whose generation is not compared with the one before, because the server has no questions.
        self._uncompared = sys.maxsize
        self._terminal = self._start("exec bash", subprocess.PIPE)

    def type(self, command: str) -> str:
        """Return what a command prints on standard output, when nothing is under way any more."""
        output = self._serve(command) if command.startswith("python serve.py") else self._run(command)
        end = time.monotonic() + PATIENCE_S
        while self._address and not (self._are_jobs_done() and self._is_current_served()):
            assert time.monotonic() < end, command
            time.sleep(0.05)
        return f"{output.replace(self._address or SHOWN_ADDRESS, SHOWN_ADDRESS)}\n" if output else ""

    def leave(self) -> None:
        """Close both terminals."""
        self._server.close()
        with self._terminal:
            assert self._terminal.stdin
            self._terminal.stdin.close()

    def _run(self, command: str) -> str:
        stdin, stdout = self._terminal.stdin, self._terminal.stdout
        assert stdin
        assert stdout
        stdin.write(f"{command.replace(SHOWN_ADDRESS, self._address)}printf '\\n{END} %d\\n' $?\n")
        stdin.flush()
        lines = []
        while not (line := stdout.readline()).startswith(END):
            assert line, command
            lines.append(line)
        assert line == f"{END} 0\n", command
        return "".join(lines).strip("\n")

    def _serve(self, command: str) -> str:
        """Start a server in place of the one before, and return its first line."""
        self._server.close()
        process = self._server.enter_context(self._start(f"exec {command}"))
        self._server.callback(process.terminate)
        assert process.stdout
        line = process.stdout.readline().strip()
        self._address = line.removeprefix("Netsphere answers on ")
        self._uncompared = len(Journal(self._index).list_jobs(100)) if "--questions" in command else sys.maxsize
        return line

    def _start(self, command: str, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["/bin/bash", "-c", command],
            cwd=self._folder,
            env=self._environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def _are_jobs_done(self) -> bool:
        """Return whether every write is built, and compared if it is to be."""
        jobs = Journal(self._index).list_jobs(100)
        is_compared = len(jobs) <= self._uncompared or bool(jobs[0].changes and jobs[0].changes.questions)
        return is_compared and all(job.state in {JobState.HELD, JobState.PUBLISHED, JobState.FAILED} for job in jobs)

    def _is_current_served(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._address}/v1/updates", timeout=PATIENCE_S) as response:  # noqa: S310  (our own)
                return str(IndexDirectory(self._index).find_current()) in response.read().decode()
        except urllib.error.URLError:
            return False


def shorten(printed: str, shown: str) -> str:
    """Return the parts of an output that the page shows, or the whole output if it does not have them."""
    texts, gaps = GAP.split(shown)[::2], GAP.split(shown)[1::2]
    patterns = [re.escape(VARIABLE.sub("\0", text)).replace("\0", r'[^"\s]+') for text in texts]
    found = re.fullmatch(".*?".join(f"({pattern})" for pattern in patterns), printed, re.DOTALL)
    return "".join(map("".join, zip(found.groups(), [*gaps, ""], strict=True))) if found else printed


@pytest.mark.slow
def test_the_commands_print_what_the_page_shows(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """In the order of the page, but for times and hashes; ``--write`` writes what they print."""
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    page = PAGE.read_text(encoding="utf-8")
    with (tmp_path / "log.txt").open("w", encoding="utf-8") as log, ExitStack() as stack:
        reader = Reader(tmp_path, log)
        stack.callback(reader.leave)

        def run(command: re.Match[str]) -> str:
            return f"$ {command[1]}{shorten(reader.type(command[1]), command[2])}"

        session = BLOCK.sub(lambda block: COMMAND.sub(run, block[0]), page)
    if request.config.getoption("--write"):
        PAGE.write_text(session, encoding="utf-8")
        return
    assert VARIABLE.sub("#", session).splitlines() == VARIABLE.sub("#", page).splitlines()


def test_a_generation_has_one_name_on_the_page() -> None:
    """All outputs are of the same run."""
    names = set(re.findall(r"\b\d{6}-[0-9a-f]{8}\b", PAGE.read_text(encoding="utf-8")))
    assert len(names) > 3
    assert len({name.split("-")[0] for name in names}) == len(names)


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("1 at 2026-01-01T00:00:00+00:00, 000001-00000000\n", "1 at 2026-11-27T04:30:42.642+00:00, 000001-abcdef01\n"),
        ("1 at …\n", "1 at …\n"),
        ("1 …, 000001-00000000\n", "1 …, 000001-abcdef01\n"),
        ("2 …\n", "1 at 2026-11-27T04:30:42.642+00:00, 000001-abcdef01\n"),
        ("", "1 at 2026-11-27T04:30:42.642+00:00, 000001-abcdef01\n"),
    ],
)
def test_an_output_may_be_shortened(shown: str, kept: str) -> None:
    """What is left of it is that of the run; what has changed is whole."""
    assert shorten("1 at 2026-11-27T04:30:42.642+00:00, 000001-abcdef01\n", shown) == kept

"""Sessions of commands that documents show: each command is typed, and must print what the page shows."""

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"(?<=```console\n).*?(?=```\n)", re.DOTALL)
# A command goes on while its lines end with a backslash; what it prints are the lines before the next one.
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)
# What an output leaves out, with the spaces around it.
GAP = re.compile(r"( ?… ?)")
# What differs from run to run: times, and the hashes in the names of generations, which depend on the model.
VARIABLE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00|(?<=\b\d{6}-)[0-9a-f]{8}\b"
    r'|(?<="took_ms":)[\d.]+'
)
SHOWN_ADDRESS = "http://127.0.0.1:8000"
END = "end of the output, exit status"
# A machine that runs tests side by side is slow.
PATIENCE_S = 600.0


class PageSession:
    """Types commands into two terminals in a folder that looks like a fresh checkout: a server's and another one."""

    def __init__(self, folder: Path, log: IO[str]) -> None:
        """Open the second terminal; progress and the log of the server go to ``log``."""
        self._folder, self._log = folder, log
        for name in ("index", "qa", "serve.py", "pyproject.toml", "var/models"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).symlink_to(ROOT / name)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        # The port of the page may be taken here.
        self._environment = os.environ | {"PATH": path, "HF_HUB_OFFLINE": "1", "NETSPHERE_PORT": "0"}
        self._server, self._address = ExitStack(), ""
        self._terminal = self._start("exec bash", subprocess.PIPE)

    def type(self, command: str) -> str:
        """Return what a command prints on standard output, when nothing is under way any more."""
        output = self._serve(command) if command.startswith("python serve.py") else self._run(command)
        end = time.monotonic() + PATIENCE_S
        while self._address and not self._is_settled(self._address):
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

    def _is_settled(self, address: str) -> bool:
        """Return whether nothing is under way in the server at an address; where nothing is written, nothing is."""
        return bool(address)


def shorten(printed: str, shown: str) -> str:
    """Return the parts of an output that the page shows, or the whole output if it does not have them."""
    texts, gaps = GAP.split(shown)[::2], GAP.split(shown)[1::2]
    patterns = [re.escape(VARIABLE.sub("\0", text)).replace("\0", r'[^"\s]+') for text in texts]
    found = re.fullmatch(".*?".join(f"({pattern})" for pattern in patterns), printed, re.DOTALL)
    return "".join(map("".join, zip(found.groups(), [*gaps, ""], strict=True))) if found else printed


def check_page(page: Path, session: type[PageSession], folder: Path, request: pytest.FixtureRequest) -> None:
    """Type the commands of a page in their order; with ``--write``, write what they print, or else compare it.

    Times and hashes are not compared.
    """
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    shown = page.read_text(encoding="utf-8")
    with (folder / "log.txt").open("w", encoding="utf-8") as log, ExitStack() as stack:
        terminals = session(folder, log)
        stack.callback(terminals.leave)

        def run(command: re.Match[str]) -> str:
            return f"$ {command[1]}{shorten(terminals.type(command[1]), command[2])}"

        printed = BLOCK.sub(lambda block: COMMAND.sub(run, block[0]), shown)
    if request.config.getoption("--write"):
        page.write_text(printed, encoding="utf-8")
        return
    assert VARIABLE.sub("#", printed).splitlines() == VARIABLE.sub("#", shown).splitlines()

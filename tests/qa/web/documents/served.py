"""A real server over an index that can be written to, and a client of it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.test_house import ROOT

KEY = "only for tests"
# A generous deadline: several processes start and build on a machine that may be busy.
PATIENCE_S = 90.0


def wait_until(condition: Callable[[], object]) -> None:
    """Return when it is true; fail if it does not become so."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


class Served:
    """A server process and what a client with a key does to it."""

    def __init__(self, process: subprocess.Popen[str], port: int, index: Path, log: Path) -> None:
        """Remember the process, its port, its index and the file with its log."""
        self.process, self.port, self.index, self.log = process, port, index, log
        self.key = KEY

    def send(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:  # noqa: ANN401
        """Return the body of a response, which must be a success."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self.key}", "Content-Type": kind})
            response = connection.getresponse()
            text = response.read()
            assert response.status < 300, (method, path, text)
            return json.loads(text)
        finally:
            connection.close()

    def put(self, name: str, text: str, **more: object) -> Any:  # noqa: ANN401
        """Write a document and return the job."""
        return self.send("PUT", f"/v1/documents/{quote(name)}", json.dumps({"text": text, **more}).encode())

    def delete(self, name: str) -> Any:  # noqa: ANN401
        """Remove a document and return the job."""
        return self.send("DELETE", f"/v1/documents/{quote(name)}")

    def finish(self, job: dict[str, Any], *states: str) -> Any:  # noqa: ANN401
        """Return a job when it is in one of the states, by default published or failed."""
        wait_until(lambda: self.job(job)["state"] in (states or ("published", "failed")))
        return self.job(job)

    def job(self, job: dict[str, Any]) -> Any:  # noqa: ANN401
        """Return a job as it is now."""
        return self.send("GET", f"/v1/jobs/{job['id']}")

    def list_ids(self) -> set[str]:
        """Return the ids of the documents that are served."""
        return {one["id"] for one in self.send("GET", "/v1/documents?limit=200")["documents"]}

    def wait_for(self, *present: str, absent: str = "") -> None:
        """Return when documents are served, and one no more."""
        wait_until(lambda: {*present} <= self.list_ids() and absent not in self.list_ids())

    def find_builder(self) -> int | None:
        """Return the process id of the builder, which is the child of the server that has a child of its own."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        has_child = [pid for pid in children if _read_children(int(pid))]
        return int(has_child[0]) if has_child else None

    def command(self, *arguments: str) -> str:
        """Run a command of the index and return what it prints."""
        command = [sys.executable, "-m", "index", *arguments, "--index", str(self.index)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def _read_children(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []


@contextmanager
def served(folder: Path, index: Path, *flags: str, key: str = KEY) -> Iterator[Served]:
    """Yield a server over a copy of an index in ``folder``, which is copied unless it is there."""
    root = folder / "index"
    if not root.exists():
        shutil.copytree(index, root)
    command = [sys.executable, "serve.py", "--index", str(root), "--port", "0", "--reader", "none"]
    command += [
        "--feedback",
        str(folder / "feedback.sqlite"),
        "--keys",
        str(folder / "keys.sqlite"),
        "--workers",
        "1",
        *flags,
    ]
    environment = os.environ | {"NETSPHERE_ADMIN_KEY": key}
    log = folder / "log.txt"
    with (
        log.open("a", encoding="utf-8") as errors,
        subprocess.Popen(
            # A session of its own, so that a test can kill all of its processes at once.
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r":(\d+)\n", line)
        assert found, log.read_text(encoding="utf-8")
        try:
            yield Served(process, int(found[1]), root, log)
        finally:
            process.terminate()
            process.wait(30)

"""The server and its workers: all serve one version, a reload fails no request, and a failed one changes nothing."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

from tests.qa.web.server.process import fetch, ready

# Long enough for two workers to start on a busy machine.
PATIENCE_S = 30.0


@contextmanager
def served(tmp_path: Path, before: str = "") -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    """Yield a server with two workers, its port, and the file that names the version to serve."""
    pointer = tmp_path / "CURRENT"
    pointer.write_text("one", encoding="utf-8")
    with ready(before=before, workers=2, version=f"Path({str(pointer)!r}).read_text()") as (process, port):
        yield process, port, pointer


def look_around(port: int) -> tuple[set[str], set[int]]:
    """Return the versions and the process ids that answer 40 requests."""
    answers = [fetch(port, "/version", PATIENCE_S).split() for _ in range(40)]
    return {version for version, _ in answers}, {int(pid) for _, pid in answers}


def list_workers(process: subprocess.Popen[str]) -> set[int]:
    """Return the process ids of the server's workers; one that has little to do may answer none of many requests."""
    return set(map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()))


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when it is true; fail if it does not become so."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def read_error(process: subprocess.Popen[str]) -> str:
    """Return the next line that the server logs."""
    assert process.stderr
    return process.stderr.readline()


class Load:
    """Clients that ask all the time, on one connection as long as the server keeps it, or on a new one each time."""

    def __init__(self, port: int) -> None:
        """Start to ask."""
        self.failures: list[object] = []
        self.versions: list[str] = []
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
            try:
                connection.request("GET", "/version")
                response = connection.getresponse()
                version = response.read().decode().split()[0]
                if response.status != 200:
                    self.failures.append(response.status)
                if not keeps:
                    self.versions.append(version)
                    connection.close()
            except Exception as error:  # noqa: BLE001  (every kind is a failure)
                self.failures.append(error)
                connection.close()
            time.sleep(0.005)
        connection.close()


def test_sighup_serves_the_newest_version_without_a_failed_request(tmp_path: Path) -> None:
    """After the first answer of the new version there is none of the old one."""
    with served(tmp_path) as (process, port, pointer):
        load = Load(port)
        old = look_around(port)[1]
        pointer.write_text("two", encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: look_around(port)[0] == {"two"})
        load.stop()
        assert load.failures == []
        assert load.versions == sorted(load.versions)  # "one" before "two"
        assert not old & look_around(port)[1]


def test_sighup_replaces_the_workers_of_the_same_version(tmp_path: Path) -> None:
    """A reload is more than a new version: settings of the machine may have changed."""
    with served(tmp_path) as (process, port, _):
        old = look_around(port)[1]
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: not old & look_around(port)[1])
        assert process.poll() is None


def test_a_new_version_is_served_without_a_signal(tmp_path: Path) -> None:
    """It is noticed within seconds."""
    with served(tmp_path) as (_, port, pointer):
        pointer.write_text("two", encoding="utf-8")
        wait_until(lambda: look_around(port)[0] == {"two"})


def test_a_failed_reload_changes_nothing(tmp_path: Path) -> None:
    """The log says why, the same processes go on, and a repaired version is served."""
    with served(tmp_path) as (process, port, pointer):
        load, before = Load(port), list_workers(process)
        pointer.write_text("broken", encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        expected = "cannot reload version broken: error: broken cannot be opened; version one is still served\n"
        assert read_error(process).endswith(expected)
        wait_until(lambda: list_workers(process) == before)
        assert look_around(port)[0] == {"one"}
        pointer.write_text("two", encoding="utf-8")
        wait_until(lambda: look_around(port)[0] == {"two"})
        load.stop()
        assert load.failures == []


def test_a_version_that_cannot_be_found_changes_nothing(tmp_path: Path) -> None:
    """A pointer that is gone is one line in the log."""
    with served(tmp_path) as (process, port, pointer):
        before = list_workers(process)
        assert len(before) == 2
        pointer.unlink()
        process.send_signal(signal.SIGHUP)
        assert "cannot reload: " in read_error(process)
        assert list_workers(process) == before
        assert look_around(port)[0] == {"one"}


def test_a_worker_that_dies_is_replaced_by_one_of_the_same_version(tmp_path: Path) -> None:
    """Though a newer version waits that cannot be opened, and would end every worker that tries."""
    with served(tmp_path) as (process, port, pointer):
        ended = max(list_workers(process))
        pointer.write_text("broken", encoding="utf-8")
        assert "cannot reload version broken" in read_error(process)
        os.kill(ended, signal.SIGKILL)
        assert "killed (SIGKILL)" in read_error(process)
        wait_until(lambda: len(list_workers(process) - {ended}) == 2)
        assert look_around(port)[0] == {"one"}


def test_workers_end_with_their_supervisor(tmp_path: Path) -> None:
    """Killed, it cannot tell them; its port is free all the same."""
    with served(tmp_path) as (process, _, _):
        pids = list_workers(process)
        process.kill()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))

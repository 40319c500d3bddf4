"""A real server over several real indexes of which one is lost: it is served on, and the others go on."""

import json
import os
import shutil
import signal
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from index.generation.directory import IndexDirectory
from index.types import Encoder
from tests.qa.web.documents.served import PATIENCE_S, Served, wait_until
from tests.qa.web.server.test_collections_served import (
    LEAVE,
    ask,
    built,
    folder,
    list_generations,
    rebuild,
    serving,
)

__all__ = ["built", "folder"]

pytestmark = pytest.mark.slow


def look(server: Served, path: str) -> tuple[int, Any]:
    """Return the status and the body of a response, whatever it is."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def list_workers(server: Served) -> list[int]:
    """Return the processes that answer: nothing is written, so that none builds."""
    pid = server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def list_open_files(server: Served) -> list[str]:
    """Return what all processes of a server have open."""
    pids = [server.process.pid, *list_workers(server)]
    found = []
    for descriptor in (one for pid in pids for one in Path(f"/proc/{pid}/fd").iterdir()):
        with suppress(FileNotFoundError):
            found.append(str(descriptor.readlink()))
    return found


def find_problems(server: Served) -> dict[str, str | None]:
    """Return what is wrong with each collection."""
    return {one["name"]: one["problem"] for one in server.send("GET", "/v1/collections")["collections"]}


@pytest.mark.parametrize("harm", ["deleted", "unreadable"])
def test_a_folder_that_is_lost_keeps_no_other_collection_from_new_generations(
    built: Path, folder: Path, encoder: Encoder, harm: str
) -> None:
    """New workers serve what is open of it, also if one of them dies, and tell which is lost until it is back."""
    index = folder / "index-staff"
    with serving(folder, "--workers", "2") as server:
        assert find_problems(server) == {"staff": None, "films": None}
        first = list_generations(server)
        shutil.move(index, folder / "moved") if harm == "unreadable" else shutil.rmtree(index)
        if harm == "unreadable":
            index.symlink_to(index)  # nobody can follow it, the superuser neither
        published = rebuild(folder, "films", "The film Akira was directed by Katsuhiro Otomo.", encoder)
        wait_until(lambda: list_generations(server) == {"staff": first["staff"], "films": published})
        for _ in range(2):
            assert "27 days" in ask(server, LEAVE)["passages"][0]["text"]
            assert "27 days" in server.send("GET", "/v1/documents/leave.md")["text"]
            assert "Otomo" in ask(server, "Who directed Akira?")["passages"][0]["text"]
            os.kill(list_workers(server)[0], signal.SIGKILL)
            wait_until(lambda: len(list_workers(server)) == 2)
        problems = find_problems(server)
        assert (problems["films"], "the log" in str(problems["staff"])) == (None, True)
        status, problem = look(server, "/readyz")
        assert (status, problem["code"], "The collection staff" in problem["detail"]) == (503, "index_damaged", True)
        log = server.log.read_text(encoding="utf-8")
        assert f"the collection staff: {index}/{first['staff']}/manifest.json" in log
        assert f"generation {first['staff']} is still served" in log

        index.unlink(missing_ok=True)
        shutil.copytree(folder / "moved" if harm == "unreadable" else built / "index-staff", index)
        wait_until(lambda: look(server, "/readyz")[0] == 200)
        assert find_problems(server) == {"staff": None, "films": None}


def test_a_worker_that_is_replaced_serves_what_replaces_a_damaged_generation(folder: Path, encoder: Encoder) -> None:
    """Also if its folder is gone: the supervisor holds open what its workers have really opened."""
    staff = folder / "index-staff"
    with serving(folder) as server:
        first = list_generations(server)["staff"]
        moved = folder / "moved"
        # What is published while it is not looked at is damaged when it is.
        os.kill(server.process.pid, signal.SIGSTOP)
        damaged = rebuild(folder, "staff", "The canteen opens at noon.", encoder)
        (staff / damaged / "manifest.json").write_text("{}", encoding="utf-8")
        shutil.move(staff / first, moved)
        os.kill(server.process.pid, signal.SIGCONT)
        wait_until(lambda: str(find_problems(server)["staff"]).startswith(f"Generation {damaged} cannot be opened"))
        for _ in range(2):
            before = list_workers(server)
            os.kill(before[0], signal.SIGKILL)
            wait_until(lambda old=before: list_workers(server) and list_workers(server) != old)
            assert "27 days" in ask(server, LEAVE)["passages"][0]["text"]
            assert list_generations(server)["staff"] == first


def test_nothing_that_was_pruned_stays_open(folder: Path, encoder: Encoder) -> None:
    """Supervisor, workers and the building process hold the files of what is served, and let go those before."""
    with serving(folder) as server:
        job = server.send("PUT", "/v1/documents/akira?collection=films", b'{"text": "Akira was released in 1988."}')
        path = f"/v1/jobs/{job['id']}?collection=films"
        wait_until(lambda: server.send("GET", path)["state"] == "published")
        for number in range(3):
            published = rebuild(folder, "films", f"The film Akira has {number} parts.", encoder)
            wait_until(lambda name=published: list_generations(server)["films"] == name)
        assert len(IndexDirectory(folder / "index-films").list_generations()) == 3
        wait_until(lambda: not [one for one in list_open_files(server) if "films/0" in one and "(deleted)" in one])

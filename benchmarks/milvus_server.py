"""A real Milvus server in a network of its own, for tests and benchmarks.

The program of the package ``milvus`` 2.3.5 listens on all addresses of its machine; so it and what asks it run in a
network namespace that has no other address than 127.0.0.1. Needs Linux, and root or user namespaces.
"""

import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

PORT, HEALTH_PORT, START_S, STOP_S = 19530, 9091, 120, 30
URI = f"http://127.0.0.1:{PORT}"
INSIDE = "NETSPHERE_INSIDE_NAMESPACE"
# The user that a new server has.
TOKEN = "root:Milvus"  # noqa: S105 — everybody knows it


def run_inside(module: str, arguments: Sequence[str]) -> int | None:
    """Run a module of this project again in a namespace of its own and return its exit status; None if this is it."""
    if INSIDE in os.environ:
        _bring_loopback_up()
        return None
    unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    command = [*unshare, sys.executable, "-m", module, *arguments]
    return subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False).returncode  # noqa: S603 — this module


def _bring_loopback_up() -> None:
    """Give the namespace the address 127.0.0.1, as ``ip link set lo up`` does."""
    set_flags, up_and_running = 0x8914, 0x1 | 0x40
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sH14s", b"lo", up_and_running, b""))


@contextmanager
def run_server(program: str, folder: Path) -> Iterator[Path]:
    """Run the server with its data in a folder until the end of the block, and yield the file with its token.

    Raise RuntimeError if it is not healthy in time, or does not stop.
    """
    (token := folder / "token").write_text(TOKEN, encoding="utf-8")
    options = ["--data", str(folder / "data"), "--proxy-port", str(PORT), "--authorization-enabled", "true"]
    with (folder / "log").open("wb") as log:
        command = [program, *options]
        server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603 — as named
    try:
        _wait_until_healthy(server)
        yield token
    finally:
        _stop(server)


def _wait_until_healthy(server: "subprocess.Popen[bytes]") -> None:
    """Return when the server says that it is; whether it also searches is for its client to find out."""
    end = monotonic() + START_S
    while monotonic() < end and server.poll() is None:
        connection = HTTPConnection("127.0.0.1", HEALTH_PORT, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            sleep(0.5)
        finally:
            connection.close()
    raise RuntimeError(f"the Milvus server is not healthy after {START_S} s")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """Stop the server with SIGINT, which its child gets, too; SIGTERM would leave that behind."""
    os.killpg(server.pid, signal.SIGINT)
    try:
        server.wait(STOP_S)
        os.killpg(server.pid, 0)
    except ProcessLookupError:
        return
    except subprocess.TimeoutExpired:
        pass
    os.killpg(server.pid, signal.SIGKILL)
    raise RuntimeError(f"the Milvus server did not stop within {STOP_S} s")

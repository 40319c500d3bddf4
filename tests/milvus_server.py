"""A Milvus server for tests: milvus-lite in a process of its own, with its data in a folder, on a free port.

With NETSPHERE_TEST_MILVUS, the tests that any server can pass ask the one at that address instead, with the token in
the file that NETSPHERE_TEST_MILVUS_TOKEN names (``tests/milvus_standalone.py`` starts one).
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import pytest

from index.search.stores.access import StoreAccess

HAS_SERVER = bool(find_spec("milvus_lite") and find_spec("pymilvus"))
STANDALONE, TOKEN_FILE = os.environ.get("NETSPHERE_TEST_MILVUS", ""), os.environ.get("NETSPHERE_TEST_MILVUS_TOKEN", "")
START_S = 60
_numbers = count()


def find_free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def run_milvus(folder: Path, port: int = 0) -> Iterator[StoreAccess]:
    """Serve the data of a folder until the end of the block."""
    if not HAS_SERVER:
        pytest.skip("milvus-lite is not installed")
    port = port or find_free_port()
    options = ["server", "--host", "127.0.0.1", "--data-dir", str(folder), "--port", str(port)]
    with subprocess.Popen([sys.executable, "-m", "milvus_lite", *options], stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(process, port)
            yield StoreAccess(f"http://127.0.0.1:{port}", timeout_s=10)
        finally:
            process.terminate()


def name_index(access: StoreAccess) -> StoreAccess:
    """Return the same server for an index of which it has nothing yet."""
    return replace(access, name=f"test_{os.getpid()}_{next(_numbers)}")


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = monotonic() + START_S
    while monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.1)
        else:
            return
    raise RuntimeError(f"the Milvus server did not start within {START_S} s; its messages are above")

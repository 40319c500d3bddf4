"""A server that others can reach is not opened by accident."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.errors import UsageError
from qa.web.access.exposure import decide_key_needed
from qa.web.access.keys import KeyStore
from qa.web.access.proxies import parse_networks

ROOT = Path(__file__).parents[4]
PROXY = parse_networks("127.0.0.1")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_alone_needs_no_key(tmp_path: Path, host: str) -> None:
    """Then the file of keys decides."""
    assert decide_key_needed(host, (), False, tmp_path / "keys.sqlite", "") is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])  # noqa: S104  (that is the point)
def test_others_need_one(tmp_path: Path, host: str) -> None:
    """Without a key that could ask the server does not start; keys that cannot, or no longer, do not count."""
    path = tmp_path / "keys.sqlite"
    store = KeyStore(path)
    store.add_key("importer", ["write"])
    store.add_key("old", ["ask"], datetime.now(UTC) - timedelta(days=1))
    store.add_key("leaked", ["ask"])
    store.revoke_key("leaked")
    with pytest.raises(UsageError, match=f"cannot listen on {host} without a key.*keys add NAME.*--public"):
        decide_key_needed(host, (), False, path, "")
    assert decide_key_needed(host, (), True, path, "") is False
    assert decide_key_needed(host, (), False, path, "the key") is True
    store.add_key("website", ["ask"])
    assert decide_key_needed(host, (), False, path, "") is True


def test_a_proxy_opens_a_loopback_server_to_others(tmp_path: Path) -> None:
    """So the same holds behind one."""
    with pytest.raises(UsageError, match="cannot serve behind a proxy without a key"):
        decide_key_needed("127.0.0.1", PROXY, False, tmp_path / "keys.sqlite", "")
    assert decide_key_needed("127.0.0.1", PROXY, False, tmp_path / "keys.sqlite", "the key") is True


def test_the_server_says_so_and_ends(tmp_path: Path) -> None:
    """One sentence that names the remedy, exit code 2, and nothing listens."""
    command = [sys.executable, "serve.py", "--host", "0.0.0.0", "--port", "0"]  # noqa: S104  (it must fail)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NETSPHERE_")}
    environment["NETSPHERE_KEYS"] = str(tmp_path / "keys.sqlite")
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: cannot listen on 0.0.0.0 without a key, because others could read the documents: "
        "add one with python -m qa keys add NAME, or let everybody ask with --public\n"
    )

"""What the Milvus store adds to the contract: it may be lost, written in part, or asked for very many rows."""

import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import StoreError, UsageError
from index.search.stores import find_store
from index.search.stores.access import ACCESS_FILE, MILVUS, StoreAccess, remember_access
from index.search.stores.exact import ExactStore
from index.search.stores.milvus import store as module
from index.search.stores.milvus.connection import Connection
from index.search.stores.milvus.store import write_filter
from index.types import Vectors
from tests.milvus_server import STANDALONE, find_free_port, name_index, run_milvus

ROWS, DIMENSION, QUESTIONS = 5000, 32, 40


def draw_vectors(rows: int) -> Vectors:
    vectors = np.random.default_rng(7).standard_normal((rows, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = draw_vectors(ROWS)


@given(st.sets(st.integers(0, 300)), st.integers(1, 4))
def test_a_filter_lets_through_what_is_allowed_and_nothing_else(allowed: set[int], most_ranges: int) -> None:
    """Whether it is written as ranges or number by number; Python reads the expression as Milvus does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MAX_RANGES", most_ranges)
        expression = write_filter(np.array(sorted(allowed), dtype=np.int64))
    found = {number for number in range(310) if eval(expression, {"id": number})}  # noqa: S307 — of numbers alone
    assert found == allowed


def test_a_graph_finds_nearly_all_also_through_a_filter(milvus: StoreAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the ten nearest of all, and of one in twenty."""
    monkeypatch.setattr(module, "MAX_FLAT_ROWS", 0)
    store, exact = find_store(MILVUS, milvus).build(VECTORS), ExactStore(VECTORS)
    assert store.description["index"] == "HNSW"
    some = np.sort(np.random.default_rng(3).choice(ROWS, ROWS // 20, replace=False))
    for allowed in (None, some):
        mine, right = (one.search(VECTORS[:QUESTIONS], 10, allowed) for one in (store, exact))
        shares = [len({*a.positions} & {*b.positions}) / 10 for a, b in zip(mine, right, strict=True)]
        assert np.mean(shares) >= 0.95


def test_a_build_that_was_stopped_goes_on_where_it_was(milvus: StoreAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has written is not written again, and what is complete is used as it is."""
    monkeypatch.setattr(module, "ROWS_WRITTEN_AT_ONCE", 100)
    written, write = list[int](), Connection.write

    def write_and_fail(self: Connection, name: str, first: int, vectors: Vectors) -> None:
        if len(written) == 2:
            raise StoreError("killed")
        written.append(first)
        write(self, name, first, vectors)

    monkeypatch.setattr(Connection, "write", write_and_fail)
    with pytest.raises(StoreError, match="killed"):
        find_store(MILVUS, milvus).build(VECTORS[:500])
    monkeypatch.setattr(Connection, "write", lambda *given: (written.append(given[2]), write(*given)))
    store = find_store(MILVUS, milvus).build(VECTORS[:500])
    find_store(MILVUS, milvus).build(VECTORS[:500])
    assert written == [0, 100, 200, 300, 400]
    np.testing.assert_allclose(store.vectors(range(500)), VECTORS[:500], atol=1e-6)


def test_a_collection_with_other_rows_is_removed_and_said(milvus: StoreAccess) -> None:
    """It is not served as if it were whole."""
    stores = find_store(MILVUS, milvus)
    name = stores.build(VECTORS[:50]).description["collection"]
    Connection(milvus).write(str(name), 50, VECTORS[50:60])
    with pytest.raises(StoreError, match="got 60 rows of 50"):
        stores.build(VECTORS[:50])
    assert len(stores.build(VECTORS[:50])) == 50


def test_rows_that_are_gone_are_an_error(milvus: StoreAccess) -> None:
    """Not a vector of another row."""
    store = find_store(MILVUS, milvus).build(VECTORS[:5])
    with pytest.raises(StoreError, match=r"1 rows of .* are not in the database"):
        store.vectors([3, 7])


def test_a_lost_server_is_one_error_in_time_and_then_at_once(tmp_path: Path) -> None:
    """It names the address and the settings; when the server is back, so are the rows, after a restart, too."""
    port = find_free_port()
    with run_milvus(tmp_path, port) as access:
        access = name_index(StoreAccess(access.uri, timeout_s=2))
        store = find_store(MILVUS, access).build(VECTORS[:50])
        right = store.search(VECTORS[:3], 5)
    started = monotonic()
    with pytest.raises(StoreError, match=f"127.0.0.1:{port}: .* store_uri"):
        store.search(VECTORS[:1], 5)
    failed = monotonic()
    assert failed - started < 2 * 2 + 1
    with pytest.raises(StoreError, match="store_uri"):
        store.vectors([1])
    assert monotonic() - failed < 0.5
    with run_milvus(tmp_path, port):
        for again in (wait_for(store), find_store(MILVUS, access).build(VECTORS[:50])):
            for mine, one in zip(again.search(VECTORS[:3], 5), right, strict=True):
                np.testing.assert_array_equal(mine.positions, one.positions)


def wait_for(store: module.MilvusStore) -> module.MilvusStore:
    """Return a store when its connection is there again."""
    end = monotonic() + 30
    while True:
        try:
            store.search(VECTORS[:1], 1)
        except StoreError:
            assert monotonic() < end
        else:
            return store


def test_without_the_client_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Serving from a folder needs none."""
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(StoreError, match=r"pip install -r requirements-milvus\.txt"):
        find_store(MILVUS, StoreAccess("http://127.0.0.1:1")).build(VECTORS[:2])


def test_a_token_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """It is read when it is needed, so that it can be replaced."""
    access = StoreAccess("http://127.0.0.1:1", token_file=str(tmp_path / "token"))
    with pytest.raises(StoreError, match=r"cannot read the token .*token"):
        find_store(MILVUS, access).build(VECTORS[:2])
    (tmp_path / "token").write_text(" user:secret\n")
    assert access.token == "user:secret"  # noqa: S105 — of a test
    access.write(tmp_path)
    assert "secret" not in (tmp_path / ACCESS_FILE).read_text()


def test_an_index_keeps_its_database(tmp_path: Path) -> None:
    """The address is needed once; another store needs another folder; a damaged file is said to be one."""
    with pytest.raises(UsageError, match="--store-uri"):
        remember_access(tmp_path, MILVUS, StoreAccess())
    remember_access(tmp_path, MILVUS, StoreAccess("http://127.0.0.1:1", "films"))
    remember_access(tmp_path, MILVUS, StoreAccess())
    assert StoreAccess.read(tmp_path) == StoreAccess("http://127.0.0.1:1", "films")
    with pytest.raises(UsageError, match="'faiss' is not the store 'milvus'"):
        remember_access(tmp_path, "faiss", StoreAccess())
    (tmp_path / ACCESS_FILE).write_text("{")
    with pytest.raises(StoreError, match="cannot be read"):
        StoreAccess.read(tmp_path)


@settings(max_examples=30)
@given(st.text(max_size=80))
def test_the_name_of_an_index_is_letters_digits_and_underscores(name: str) -> None:
    """So that nothing else gets into the names of collections."""
    from click import BadParameter

    from index.settings import DatabaseName

    try:
        taken = DatabaseName().convert(name, None, None)
    except BadParameter:
        assert not (name.isascii() and name.isidentifier() and name[0] != "_" and len(name) <= 64)
    else:
        assert taken == name and name.isascii() and name.isidentifier()


def test_each_client_has_a_connection_of_its_own(tmp_path: Path) -> None:
    """A server may close one that is idle, which no client must meet with its first request."""
    (tmp_path / "token").write_text("user:secret")
    port = find_free_port()
    with run_milvus(tmp_path / "data", port) as access:
        # Clients with one token are one client.
        clients = [Connection(access), Connection(replace(access, token_file=str(tmp_path / "token")))]
        for client in clients:
            client.list_collections()
        ends = [one.raddr.port for one in psutil.Process().net_connections() if one.raddr]
    assert ends.count(port) == len(clients)


@pytest.mark.skipif(not STANDALONE, reason="milvus-lite knows no users: make test-milvus")
def test_a_wrong_token_is_refused(milvus: StoreAccess, tmp_path: Path) -> None:
    """As one error that names the setting."""
    (tmp_path / "token").write_text("root:wrong")
    access = replace(milvus, token_file=str(tmp_path / "token"), timeout_s=5)
    with pytest.raises(StoreError, match="store_token_file"):
        find_store(MILVUS, access).build(VECTORS[:2])


def test_after_a_failure_nothing_is_asked_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise each question would wait for the timeout."""
    asked = list[str]()

    def fail(self: Connection, method: str, *_: object, **__: object) -> None:
        asked.append(method)
        raise StoreError("lost")

    monkeypatch.setattr(Connection, "_call", fail)
    connection = Connection(StoreAccess("http://127.0.0.1:1"))
    for _ in range(3):
        with pytest.raises(StoreError, match="lost"):
            connection.read("films", [1], 2)
    assert asked == ["query"]

"""The connection to Milvus: every call ends in time, and every failure is one error that says what to do.

The only module that imports pymilvus. Its client repeats a call whose connection is lost, waiting longer each time,
until the timeout of the call.
"""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from time import monotonic, sleep, time
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import StoreError
from index.search.stores.access import StoreAccess
from index.types import Positions, SearchResult, Vectors

if TYPE_CHECKING:
    from pymilvus import MilvusClient

ID, VECTOR = "id", "vector"
INSTALL = "pip install -r requirements-milvus.txt"
# A sealed collection is never written to, so whatever the database has already, it is all of it.
SEALED, STRONG = "Eventually", "Strong"
# Writing waits longer than a question does: the database may be flushing.
WRITE_TIMEOUT_S = 60.0
# After a failure questions are refused at once for this time, so that not each of them waits for the timeout.
PAUSE_S = 2.0
# How often to ask whether an index is finished.
POLL_S, FINISH_S = 0.5, 3600.0
# ``SegmentState.Sealed`` of Milvus's protocol.
SEALED_SEGMENT = 3
# In the messages of Milvus and of milvus-lite about a collection that is on disk only.
NOT_LOADED = ("not loaded", "'released'")


class Connection:
    """A connection to one database, made when it is first needed, and again in each process that is forked."""

    def __init__(self, access: StoreAccess) -> None:
        """Remember where the database is; nothing is asked of it yet."""
        self.access = access
        self._lock, self._client, self._process = Lock(), None, 0
        self._failed_at, self._failure = -PAUSE_S, ""

    def list_collections(self) -> list[str]:
        """Return the names of all collections of the database."""
        return list(self._write("list_collections"))

    def create(self, name: str, dimension: int, kind: str, parameters: Mapping[str, int]) -> None:
        """Create a collection of numbered vectors with an index, ready to be searched.

        Its description is the time in seconds. Nothing happens if it is there.
        """
        if name not in self.list_collections():
            from pymilvus import DataType

            client = self._connect()
            schema = client.create_schema(auto_id=False, enable_dynamic_field=False, description=str(int(time())))
            schema.add_field(ID, DataType.INT64, is_primary=True)
            schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
            described = client.prepare_index_params()
            described.add_index(VECTOR, index_type=kind, index_name=VECTOR, metric_type="IP", params=dict(parameters))
            self._write("create_collection", name, schema=schema, index_params=described, consistency_level=SEALED)
        self._write("load_collection", name, timeout=None)

    def read_age_s(self, name: str) -> float:
        """Return how many seconds ago a collection of vectors was created; 0 if the database does not tell."""
        born = self._write("describe_collection", name).get("description")
        return time() - float(born) if born else 0.0

    def drop(self, name: str) -> None:
        """Remove a collection, or nothing if there is none of that name."""
        self._write("drop_collection", name)

    def write(self, name: str, first: int, vectors: Vectors) -> None:
        """Write vectors as the rows from number ``first`` on, in the place of rows of the same numbers."""
        rows = [{ID: first + number, VECTOR: vector} for number, vector in enumerate(vectors)]
        self._write("upsert", name, rows)

    def count(self, name: str) -> int:
        """Return the number of rows, what was written a moment ago included."""
        (row,) = self._write("query", name, filter="", output_fields=["count(*)"], consistency_level=STRONG)
        return int(row["count(*)"])

    def finish(self, name: str, rows: int) -> None:
        """Wait until all rows are indexed, and what is searched is their index.

        Until then a server searches what was written last by a coarse index of its own, which finds fewer of the right
        rows. Raise StoreError if it takes more than an hour.
        """
        self._write("flush", name)
        end = monotonic() + FINISH_S
        while monotonic() < end:
            waiting = int(self._write("describe_index", name, VECTOR).get("pending_index_rows", 0))
            if not waiting and self._count_sealed(name, rows) >= rows:
                return
            sleep(POLL_S)
        raise StoreError(f"the database at {self.access.uri} has not indexed {rows:,} rows in an hour")

    def _count_sealed(self, name: str, rows: int) -> int:
        """Return how many rows are searched by their index; all if the server does not say."""
        try:
            segments = self._write("list_loaded_segments", name)
        except StoreError as error:
            if "UNIMPLEMENTED" in repr(error.__cause__):  # milvus-lite
                return rows
            raise
        return sum(segment.num_rows for segment in segments if segment.state == SEALED_SEGMENT)

    def search(self, name: str, vectors: Vectors, k: int, where: str, effort: Mapping[str, int]) -> list[SearchResult]:
        """Return the ``k`` best rows for each vector that meet the expression ``where``, in the database's order."""
        found = self._ask(
            "search",
            name,
            data=list(vectors),
            limit=k,
            filter=where,
            search_params={"metric_type": "IP", "params": dict(effort)},
            consistency_level=SEALED,
        )
        return [
            SearchResult(
                np.array([hit[ID] for hit in hits], dtype=np.int64),
                np.array([hit["distance"] for hit in hits], dtype=np.float32),
            )
            for hits in found
        ]

    def read(self, name: str, positions: Positions | Sequence[int], dimension: int) -> Vectors:
        """Return the vectors of these rows, shape (len(positions), dimension); raise StoreError if one is missing."""
        wanted = [int(position) for position in dict.fromkeys(positions)]
        if not wanted:
            return np.empty((0, dimension), dtype=np.float32)
        rows = self._ask("query", name, ids=wanted, output_fields=[VECTOR], consistency_level=SEALED)
        found = {row[ID]: np.asarray(row[VECTOR], dtype=np.float32) for row in rows}
        if missing := len(wanted) - len(found):
            raise StoreError(f"{missing} rows of {name} are not in the database at {self.access.uri}; build again")
        return np.stack([found[int(position)] for position in positions])

    def create_texts(self, name: str, key: str, most_key_bytes: int, text: str, most_bytes: int) -> None:
        """Create a collection of texts by key, ready to be read and written; nothing happens if it is there."""
        if name not in self.list_collections():
            from pymilvus import DataType

            client = self._connect()
            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field(key, DataType.VARCHAR, is_primary=True, max_length=most_key_bytes)
            schema.add_field(text, DataType.VARCHAR, max_length=most_bytes)
            # A collection of Milvus must have vectors; these are never searched.
            schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=2)
            described = client.prepare_index_params()
            described.add_index(VECTOR, index_type="FLAT", metric_type="L2")
            # Texts are read seldom, and need not be in the memory of the database.
            self._write(
                "create_collection",
                name,
                schema=schema,
                index_params=described,
                consistency_level=STRONG,
                properties={"mmap.enabled": "true"},
            )
        self._write("load_collection", name)

    def write_texts(self, name: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Write rows of texts in the place of those with the same keys."""
        self._write("upsert", name, [{**row, VECTOR: [0.0, 0.0]} for row in rows])

    def read_texts(self, name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Mapping[str, str]]:
        """Return these fields of the rows with these keys, of those that are there, in any order.

        A row is expected not to change once it is there.
        """
        # To be sure that a row is missing takes a fifth of a second, to find it takes milliseconds.
        for level in (SEALED, STRONG):
            found = self._write("query", name, ids=list(ids), output_fields=list(fields), consistency_level=level)
            if len(found) == len(ids):
                break
        return list(found)

    def find_texts(self, name: str, where: str, fields: Sequence[str], most: int) -> list[Mapping[str, str]]:
        """Return these fields of at most ``most`` rows that meet an expression."""
        found = self._write(
            "query", name, filter=where, output_fields=list(fields), limit=most, consistency_level=STRONG
        )
        return list(found)

    def remove_texts(self, name: str, ids: Sequence[str]) -> None:
        """Remove the rows with these keys."""
        self._write("delete", name, ids=list(ids))

    def find_alias(self, alias: str) -> str | None:
        """Return the collection that an alias stands for; None if there is no such alias."""
        from pymilvus import MilvusException

        with self._explain():
            try:
                found = self._connect().describe_alias(alias, timeout=WRITE_TIMEOUT_S)
            except MilvusException as error:
                if "not found" in describe_error(error) or "not exist" in describe_error(error):
                    return None
                raise
        return str(found["collection_name"])

    def point_alias(self, alias: str, name: str) -> None:
        """Let an alias stand for a collection from now on; readers find the one before or this one."""
        self._write("create_alias" if self.find_alias(alias) is None else "alter_alias", name, alias)

    def _ask(self, method: str, name: str, **named: object) -> Any:  # noqa: ANN401 — of any method
        """Call a method for a question, which waits for the timeout of the settings at most, or fails at once."""
        if monotonic() < self._failed_at + PAUSE_S:
            raise StoreError(self._failure)
        named["timeout"] = timeout = self.access.timeout_s
        try:
            try:
                return self._call(method, name, **named)
            except StoreError as error:
                if not any(words in str(error) for words in NOT_LOADED):
                    raise
            # A server that was started again has its collections on disk until somebody asks for them.
            self._call("load_collection", name, timeout=timeout)
            return self._call(method, name, **named)
        except StoreError as error:
            self._failed_at, self._failure = monotonic(), str(error)
            raise

    def _write(self, method: str, *arguments: object, **named: object) -> Any:  # noqa: ANN401 — of any method
        return self._call(method, *arguments, **{"timeout": WRITE_TIMEOUT_S, **named})

    def _call(self, method: str, *arguments: object, **named: object) -> Any:  # noqa: ANN401 — of any method
        with self._explain():
            return getattr(self._connect(), method)(*arguments, **named)

    def _connect(self) -> "MilvusClient":
        """Return the client of this process. Raise StoreError."""
        with self._lock:
            # The connection of the parent must not be used by both.
            if self._client is None or self._process != os.getpid():
                with self._explain():
                    self._client, self._process = _make_client(self.access), os.getpid()
            return self._client

    @contextmanager
    def _explain(self) -> Iterator[None]:
        """Raise StoreError in the place of what the client raises."""
        try:
            yield
        except ImportError as error:
            raise StoreError(f"store 'milvus' needs a client that is not installed ({error}): {INSTALL}") from error
        except Exception as error:
            if isinstance(error, StoreError):
                raise
            # It raises its own errors, those of gRPC, and for a wrong address ValueError.
            raise StoreError(
                f"cannot use the database at {self.access.uri}: {describe_error(error)}; check that it runs, and the "
                "settings store_uri, store_token_file and store_ca"
            ) from error


def describe_error(error: Exception) -> str:
    """Return the message of an error of the client in one line."""
    message = getattr(error, "message", None) or getattr(error, "details", str(error))
    text = " ".join(str(message() if callable(message) else message).split())
    return text[:300] or type(error).__name__


def _make_client(access: StoreAccess) -> "MilvusClient":
    from pymilvus import MilvusClient

    # It logs each failure with its traceback before it raises it.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    options: dict[str, Any] = {"server_pem_path": access.ca} if access.ca else {}
    # Clients of one address would share a connection. A server that finds the client's pings too many, as milvus-lite
    # does, closes an idle one at any time, also when another client has just sent its first request over it.
    options["grpc_options"] = {"grpc.use_local_subchannel_pool": 1}
    return MilvusClient(uri=access.uri, token=access.token, timeout=access.timeout_s, **options)

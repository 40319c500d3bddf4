"""Parquet files, each written whole or not at all, and read one row group at a time. The only module that uses pyarrow.

A file says in its metadata, under the key ``netsphere``, what it is of. Its pages have checksums, so that a change of
the bytes on a disk is noticed when they are read.
"""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.disk.sync import sync_to_disk
from index.errors import ShardError, UsageError

# The values of the rows by column: one each, or a row of an array each.
Columns: TypeAlias = Mapping[str, Sequence[Any] | NDArray[Any]]
# What a file is of, in its metadata.
Header: TypeAlias = Mapping[str, str | int]
HEADER, COMPRESSION, DRAFT = b"netsphere", "zstd", ".unfinished-"
# What a process that was killed leaves is removed when it is older than any that is still being written.
MAX_DRAFT_AGE_S = 24 * 60 * 60
KEY_BYTES = 16


def describe_documents() -> Any:  # noqa: ANN401 — a pyarrow.Schema
    """Return the columns of a file of documents: everything that a generation keeps of each."""
    pa = import_pyarrow()
    heading = {"start": pa.int64(), "end": pa.int64(), "level": pa.int32(), "words": pa.string()}
    return pa.schema(
        {
            "id": pa.string(),
            "text": pa.string(),
            "title": pa.string(),
            "metadata": pa.string(),
            "headings": pa.list_(pa.struct(heading)),
            "pages": pa.list_(pa.int64()),
            "places": pa.list_(pa.struct({"start": pa.int64(), "name": pa.string()})),
        }
    )


def describe_units(dimension: int) -> Any:  # noqa: ANN401 — a pyarrow.Schema
    """Return the columns of a file of units: what a store needs of each, and the tokens of whole passages."""
    pa = import_pyarrow()
    return pa.schema(
        {
            "id": pa.string(),
            "document": pa.string(),
            "start": pa.int64(),
            "end": pa.int64(),
            "passage_start": pa.int64(),
            "passage_end": pa.int64(),
            "page": pa.int32(),
            "place": pa.string(),
            "title": pa.string(),
            "heading": pa.string(),
            "text": pa.string(),
            "metadata": pa.string(),
            "key": pa.binary(KEY_BYTES),
            "vector": pa.list_(pa.float32(), dimension),
            "tokens": pa.list_(pa.int32()),
            "token_vectors": pa.binary(),
        }
    )


def import_pyarrow() -> Any:  # noqa: ANN401 — the module
    """Return pyarrow; raise UsageError, which says what to install, if it is missing."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise UsageError(
            "shards need the package pyarrow, which is not installed: pip install -r requirements-parquet.txt"
        ) from error
    return pyarrow


def write_parquet(path: Path, schema: Any, header: Header, groups: Iterable[Columns]) -> None:  # noqa: ANN401
    """Write each group of rows as a row group, into a draft that takes the name at the end. Raise OSError."""
    pa = import_pyarrow()
    schema = schema.with_metadata({HEADER: json.dumps(header, sort_keys=True)})
    draft = create_draft(path)
    try:
        # A dictionary of vectors or keys, of which none comes twice, would only cost time.
        repeated = [name for name in schema.names if schema.field(name).type == pa.string() and name != "text"]
        with pa.parquet.ParquetWriter(
            draft, schema, compression=COMPRESSION, use_dictionary=repeated, write_page_checksum=True
        ) as writer:
            for group in groups:
                arrays = [_make_array(group[field.name], field.type) for field in schema]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
        publish_draft(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def create_draft(path: Path) -> Path:
    """Create an empty hidden file beside a path, whose name it takes once it is complete."""
    handle, name = tempfile.mkstemp(prefix=DRAFT, suffix=f"-{path.name}", dir=path.parent)
    os.close(handle)
    return Path(name)


def remove_drafts(folder: Path) -> None:
    """Remove what killed processes have left in a folder a day ago or earlier. Raise OSError."""
    for path in folder.glob(f"{DRAFT}*"):
        with suppress(FileNotFoundError):  # another process has removed it, or it took its name
            if path.stat().st_mtime < time() - MAX_DRAFT_AGE_S:
                path.unlink()


def publish_draft(draft: Path, path: Path) -> None:
    """Give a draft its name, in place of a file that has it, once its bytes are on the disk. Raise OSError."""
    draft.chmod(0o644)
    sync_to_disk(draft)
    draft.replace(path)
    sync_to_disk(path.parent)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raise OSError."""
    draft = create_draft(path)
    try:
        draft.write_bytes(data)
        publish_draft(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _make_array(values: Sequence[Any] | NDArray[Any], kind: Any) -> Any:  # noqa: ANN401 — pyarrow's types
    pa = import_pyarrow()
    if isinstance(values, np.ndarray) and pa.types.is_fixed_size_list(kind):
        return pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), type=kind)
    if isinstance(values, np.ndarray) and pa.types.is_fixed_size_binary(kind):
        return pa.array([row.tobytes() for row in values], kind)
    return pa.array(values, kind)


class ParquetFile:
    """A file that ``write_parquet`` wrote. All methods raise ShardError, which names it, if it is not as written."""

    def __init__(self, path: Path) -> None:
        """Open the file and read its header."""
        pa = import_pyarrow()
        self.path, self._faults = path, (OSError, ValueError, KeyError, pa.ArrowException)
        try:
            self._file = pa.parquet.ParquetFile(path, page_checksum_verification=True)
            self.header: dict[str, Any] = json.loads((self._file.schema_arrow.metadata or {})[HEADER])
        except FileNotFoundError as error:
            raise ShardError(f"{path} is missing") from error
        except self._faults as error:
            raise self._make_error(error) from error

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._file.metadata.num_rows)

    def read_groups(self, columns: Sequence[str]) -> Iterator[Any]:
        """Yield the named columns of each row group, as a pyarrow.Table, and check the bytes of all columns."""
        for group in range(self._file.num_row_groups):
            try:
                yield self._file.read_row_group(group).select(list(columns))
            except self._faults as error:
                raise self._make_error(error) from error

    def _make_error(self, reason: object) -> ShardError:
        return ShardError(f"{self.path} is damaged or of another program ({reason}); delete it and make it again")

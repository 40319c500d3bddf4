"""Moving an index between stores by Parquet files: nothing is embedded again, and nothing is lost."""

from pathlib import Path

import numpy as np

from index.generation.directory import IndexDirectory
from index.progress import Silent
from index.search.stores.access import MILVUS, StoreAccess
from index.shards.bulk import export_index
from tests.index.shards.helpers import build, load, write_texts


def test_an_index_moves_into_milvus_and_back(tmp_path: Path, milvus: StoreAccess) -> None:
    """With the same files apart from the vectors, which are the same rows."""
    here = build(write_texts(tmp_path / "texts"), tmp_path / "here")
    export_index(tmp_path / "here", tmp_path / "out", 2, Silent())
    shared = load(
        tmp_path / "out",
        tmp_path / "shared",
        store=MILVUS,
        store_uri=milvus.uri,
        store_name=milvus.name,
        store_token_file=milvus.token_file,
        store_seconds=milvus.timeout_s,
    )
    rows = np.arange(len(here.contents.units))
    np.testing.assert_array_equal(shared.contents.store.vectors(rows), here.contents.store.vectors(rows))
    assert IndexDirectory(tmp_path / "shared").shared.find_current() == shared.manifest.generation  # type: ignore[union-attr]
    export_index(tmp_path / "shared", tmp_path / "back", 3, Silent())
    back = load(tmp_path / "back", tmp_path / "again")
    same = {name: digest for name, digest in back.manifest.files.items() if name != "sources.json"}
    assert same == {name: digest for name, digest in here.manifest.files.items() if name != "sources.json"}

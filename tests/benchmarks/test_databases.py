"""The comparison of a store here with one in a Milvus server."""

import numpy as np

from benchmarks.database_quality import format_rows
from benchmarks.databases import describe, measure
from index.search.stores import find_store
from index.search.stores.access import MILVUS, StoreAccess
from qa.evaluation.comparison import Comparison, Difference
from qa.evaluation.types import Interval


def test_both_stores_are_asked_the_same_with_the_same_filters(milvus: StoreAccess) -> None:
    """Of few vectors both find all that is right; the table has a row for each store and filter."""
    vectors = np.random.default_rng(0).standard_normal((400, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = {
        "faiss": measure("faiss", find_store("faiss").build, vectors, vectors[:5]),
        MILVUS: measure(MILVUS, find_store(MILVUS, milvus).build, vectors, vectors[:5]),
    }
    assert [[one.units for one in found.asked] for found in rows.values()] == [[400], [400]]
    assert all(one.recall == 1 and one.p50_ms > 0 for found in rows.values() for one in found.asked)
    text = describe(80, 400, rows)
    assert "The 400 vectors of 80 passages" in text and "| `faiss` | 400 | 1.000 |" in text
    assert "| `milvus` | 400 | 1.000 |" in text and "index FLAT" in text


def test_a_difference_has_its_interval_and_its_questions() -> None:
    """Signed, so that nobody takes a loss for a gain."""
    one = Difference("nDCG@10", 0.714, 0.713, Interval(-0.001, -0.002, 0.0), 0.5, 1.0, 0.01, 3, 4)
    (row,) = format_rows("films", 12_345, Comparison(None, None, (one,), 0))  # type: ignore[arg-type] — not shown
    assert row == ("`films`", "nDCG@10", "12,345", "0.714", "0.713", "-0.001 [-0.002, +0.000]", "3", "4")

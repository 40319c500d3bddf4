"""Metadata as a document keeps it: whatever a parser returned can be written as JSON in UTF-8."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from index.build.metadata import MAX_DEPTH, clean_metadata

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.binary() | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), ANYTHING))
def test_anything_becomes_json(metadata: dict[str, object]) -> None:
    """Strict JSON in UTF-8, and what is that already does not change."""
    cleaned = clean_metadata(metadata)
    json.dumps(cleaned, allow_nan=False, ensure_ascii=False).encode("utf-8")
    assert clean_metadata(cleaned) == cleaned


def test_values_that_json_does_not_have() -> None:
    """Dates are ISO 8601, half a surrogate pair is U+FFFD, and what is nested too deeply is left out."""
    deep: list[object] = []
    for _ in range(MAX_DEPTH + 5):
        deep = [deep]
    metadata = {
        "day": date(2025, 1, 31),
        "at": datetime(2025, 1, 31, tzinfo=UTC),
        "half": "\ud800",
        "cost": Decimal("1.5"),
    }
    assert clean_metadata(metadata) == {
        "day": "2025-01-31",
        "at": "2025-01-31T00:00:00+00:00",
        "half": "\N{REPLACEMENT CHARACTER}",
        "cost": "1.5",
    }
    assert "null" in json.dumps(clean_metadata({"deep": deep}))

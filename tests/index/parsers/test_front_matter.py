"""YAML front matter as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parsers.front_matter import MAX_CHARS, parse_front_matter

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        ("tags: [a, b]\n", {"tags": ["a", "b"]}),
        ("tags:\n- a\n- b\n", {"tags": ["a", "b"]}),
        ("tags:\n  - a\n  - 'b: c'\n", {"tags": ["a", "b: c"]}),
        ("tags: a, b # note\n", {"tags": "a, b"}),
        ("language: no\nversion: 1.10\ndate: 2025-01-31\n", {"language": "no", "version": "1.10", "date": "2025-01-31"}),
        ("about: >\n  two\n  lines\n", {"about": "two lines\n"}),
        ("author:\n  name: Ann\n", {"author": {"name": "Ann"}}),
        ("title: One: two\ntags: [a]\n", {"title": "One: two", "tags": ["a"]}),
        ("title: One: two\ntags:\n- a\n- b\n", {"title": "One: two", "tags": ["a", "b"]}),
        ("run: !!python/object/apply:os.system [ls]\n", {"run": ["ls"]}),
    ],
)  # fmt: skip
def test_fields(block: str, fields: dict[str, object]) -> None:
    """Lists of both kinds; scalars are strings as written; one line that is not YAML costs no other field."""
    assert parse_front_matter(f"---\n{block}---\nText\n") == (fields, len(block) + 8)


@pytest.mark.parametrize(
    "block",
    [BOMB, "a: " + "[" * 5000 + "\n", "a: [*a]\n", "a: &a [*a]\n", "# x\n" * MAX_CHARS, "- a\n", "? [a]\n: b\n"],
)
def test_what_is_no_small_mapping_is_left_alone(block: str) -> None:
    """Aliases that stand for gigabytes, lists without an end, what is too long or no mapping: hardly any field."""
    fields, _ = parse_front_matter(f"---\n{block}---\nText\n")
    assert len(str(fields)) < 10_100


@given(st.text(alphabet="ab:-[]{}&*!|>'\"# \n\t,?", max_size=60))
def test_any_block_is_read(block: str) -> None:
    """Whatever stands between the rules, nothing is raised, and the text begins after it or at the top."""
    fields, start = parse_front_matter(f"---\n{block}\n---\nText\n")
    assert (start == 0) == (not fields)

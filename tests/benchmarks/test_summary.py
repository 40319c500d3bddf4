"""The first paragraph about speed is what the tables below it say."""

from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.documents import find_section, format_table, parse_tables
from benchmarks.speed import latency, serving, start
from benchmarks.speed.part import PAGE, format_origin
from benchmarks.speed.summary import write_summary

ROOT = Path(__file__).parents[2]
CELL = st.text(st.characters(blacklist_characters="|", blacklist_categories=("C", "Z")), max_size=9)
ROWS = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=2))


def make_section(name: str, head: tuple[str, ...], rows: list[dict[str, str]]) -> str:
    table = format_table(head, [[row.get(column, "") for column in head] for row in rows])
    origin = format_origin(f"python -m benchmarks.speed.{name}")
    return f"<!-- {name}: begin -->\n## Part\n\n{origin}\n\n{table}\n<!-- {name}: end -->\n\n"


def make_page() -> str:
    latencies = [
        {"": "`fast`", "p50, ms": "10.9", "p95, ms": "13.6", "goal": "at least 5"},
        {"": "`precise`", "p50, ms": "36.4", "p95, ms": "1104.8"},
    ]
    served = [
        {"questions": "varied", "server": "`fast`", "a second": "1,173.6"},
        {"questions": "varied", "server": "`precise`", "a second": "9.44"},
        {"questions": "repeated", "server": "`fast`", "a second": "7,777.0"},
    ]
    starts = [
        {"": "`fast`", "first answer, s": "0.52", "resident, MB": "141"},
        {"": "`precise`", "first answer, s": "0.62", "resident, MB": "190"},
    ]
    return (
        "# How fast\n\n"
        + make_section("latency", latency.HEAD, latencies)
        + make_section("serving", serving.HEAD, served)
        + make_section("start", start.HEAD, starts)
    )


@given(rows=ROWS)
def test_a_table_is_parsed_as_it_was_written(rows: list[list[str]]) -> None:
    """Empty cells, too; of two columns with the same head the first counts."""
    head, *body = rows
    text = f"Words.\n\n{format_table(head, body)}\n\nMore | words.\n"
    columns = list(dict.fromkeys(head))
    expected = [{name: row[head.index(name)] for name in columns} for row in body]
    assert parse_tables(text) == [expected]


def test_the_paragraph_has_the_figures_of_the_parts() -> None:
    """Of varied questions, without more digits than anyone plans by, and with the processor's name."""
    text = " ".join(write_summary(make_page()).split())
    for words in (
        "`fast` takes 11 ms",
        "`precise`, the default, 36 ms",
        "more than 14 and 1,105 ms",
        "1,174 of mode `fast` or 9.4 of mode `precise` a second",
        "0.52 s after the start of the process (0.62 s in `precise`)",
        "141 MB of memory (190 MB)",
        "On a small server (",
    ):
        assert words in text
    assert "7,777" not in text


def test_what_is_not_measured_is_left_out() -> None:
    """But without the latency there is no paragraph."""
    page = make_page()
    without = page.replace(find_section(page, "serving"), "").replace(find_section(page, "start"), "")
    assert "a second" not in write_summary(without)
    assert "memory" not in write_summary(without)
    with pytest.raises(click.ClickException, match="no part latency"):
        write_summary("# How fast\n")


def test_the_page_begins_with_its_own_figures() -> None:
    """Whoever measures a part again also runs ``python -m benchmarks.speed.summary``."""
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert write_summary(page).strip() in page

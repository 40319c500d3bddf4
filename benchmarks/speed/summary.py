"""Write the first paragraph of ``docs/performance.md`` from the figures of its parts: what a small server gives.

python -m benchmarks.speed.summary

To be run after any part was measured again. What no part has measured yet is left out.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import fill

import click
import regex

from benchmarks.documents import find_section, parse_tables, write_head
from benchmarks.speed.part import FAST, PRECISE, VARIED, page_option

TITLE, WIDTH = "# How fast", 120
INTRODUCTION = """Every part below says which program measured it, and on which processor; one that names none was
measured earlier, on another machine with VNNI. Ratios are to a baseline that was measured in the same run; absolute
times depend on the machine and its other load."""
# As ``format_origin`` names it.
PROCESSOR = regex.compile(r"^\*Written by `[^`]*` on (.+); do not edit by hand\.\*$", regex.MULTILINE)
# A cell of a table as text, by its row and its column.
Table = Mapping[str, Mapping[str, str]]


def read_table(page: str, name: str) -> Table:
    """Return the last table of a part by the first cells of its rows; empty if there is no such part."""
    tables = parse_tables(find_section(page, name))
    return {row[""]: row for row in (tables[-1] if tables else [])}


def read_served(page: str) -> Table:
    """Return the rows of the part on throughput that are about varied questions, by server."""
    tables = parse_tables(find_section(page, "serving"))
    return {row["server"]: row for row in (tables[0] if tables else []) if row["questions"] == VARIED}


def write_summary(page: str) -> str:
    """Return the title and the paragraph. Raise ClickException without the latency, with which it begins."""
    sentences = [*_describe_latency(page), *_describe_throughput(page), *_describe_start(page)]
    if not find_section(page, "latency"):
        raise click.ClickException("the page has no part latency: measure it first")
    named = PROCESSOR.search(find_section(page, "latency"))
    server = f"On a small server ({named[1]})" if named else "On a small server of two cores"
    paragraph = fill(f"{server} {' '.join(sentences)}", WIDTH, break_long_words=False, break_on_hyphens=False)
    return f"{TITLE}\n\n{paragraph}\n\n{INTRODUCTION}\n"


def _describe_latency(page: str) -> Iterator[str]:
    found, older = read_table(page, "latency"), read_table(page, "avx2")
    if FAST in found and PRECISE in found:
        fast, precise = found[FAST], found[PRECISE]
        yield (
            f"an answer of mode {FAST} takes {_round(fast['p50, ms'])} ms and one of {PRECISE}, the default, "
            f"{_round(precise['p50, ms'])} ms over about 5,000 passages (medians; one in twenty takes more than "
            f"{_round(fast['p95, ms'])} and {_round(precise['p95, ms'])} ms)."
        )
    if FAST in older and PRECISE in older:
        yield (
            f"With a processor that has AVX2 only it is {_round(older[FAST]['p50, ms'])} and "
            f"{_round(older[PRECISE]['p50, ms'])} ms."
        )


def _describe_throughput(page: str) -> Iterator[str]:
    found = read_served(page)
    rates = [f"{_round(found[name]['a second'])} of mode {name}" for name in (FAST, PRECISE) if name in found]
    if rates:
        yield f"Asked by many at once, one process answers {' or '.join(rates)} a second, each question another one."


def _describe_start(page: str) -> Iterator[str]:
    found = read_table(page, "start")
    if FAST in found and PRECISE in found:
        fast, precise = found[FAST], found[PRECISE]
        yield (
            f"A small collection is answered {fast['first answer, s']} s after the start of the process "
            f"({precise['first answer, s']} s in {PRECISE}), which then takes {fast['resident, MB']} MB of memory "
            f"({precise['resident, MB']} MB)."
        )


def _round(cell: str) -> str:
    """Return a figure with two digits, or whole if it has more: nobody plans by a tenth of a millisecond."""
    figure = float(cell.replace(",", ""))
    return f"{figure:,.0f}" if figure >= 10 else f"{figure:.1f}"


@click.command()
@page_option
def main(page: Path) -> None:
    """Write the paragraph."""
    text = write_summary(page.read_text(encoding="utf-8"))
    write_head(page, text)
    click.echo(text)


if __name__ == "__main__":
    main()

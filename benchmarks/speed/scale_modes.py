"""Tables of both modes over collections of several sizes, and a sentence on each way that grows."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from benchmarks.speed.mode_child import WITHOUT
from benchmarks.speed.paired import percentile_95
from benchmarks.speed.part import FAST, PRECISE
from benchmarks.speed.steps import (
    BUILDING,
    COMPARING,
    DENSE,
    ENCODING,
    FILTERING,
    LEXICAL,
    MARKING,
    MISSING,
    READING,
    REST,
    UNDERSTANDING,
    WHOLE,
)

# For each way and question, the milliseconds of each step.
ModeTimes = Mapping[str, Sequence[Mapping[str, float]]]
# A way that takes longer than this at the largest collection than at the smallest is explained by the steps that make
# up as much of the difference.
GROWS, EXPLAINS = 1.25, 0.15
NONE, NO_REASON = "–", "No single step makes up much of it"
REASONS = {
    UNDERSTANDING: "a misspelt word is compared with every word of the collection that is as long",
    ENCODING: "nothing of it depends on the collection, but the processor's cache is emptied between questions",
    FILTERING: "the positions of all passages and units that may be found are listed",
    DENSE: "more lists of more vectors are compared",
    LEXICAL: "the postings of the question's words are longer",
    MISSING: "scores that one leg lacks are read from larger files",
    COMPARING: "the tokens of the same number of candidates are spread over a larger file",
    READING: "more passages score nearly as high as the first, so more are read before the first is certain",
    MARKING: "texts are spread over a larger file",
    BUILDING: "texts are spread over a larger file",
    REST: "both legs find more different candidates",
}


def format_mode_head(sizes: Sequence[int]) -> tuple[str, ...]:
    """Return the head of the table: p50 and p95 for each size."""
    return "milliseconds", *(f"{size:,}: {name}" for size in sizes for name in ("p50", "p95"))


def format_mode_rows(found: Mapping[int, ModeTimes]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each way, and for what late interaction and the reader add, question by question."""
    for name in list_names(found):
        yield name, *(cell for ways in found.values() for cell in _format_times(_list_wholes(ways, name)))
    for title, more, less in (("late interaction adds", FAST, WITHOUT), ("the reader adds", PRECISE, FAST)):
        yield title, *(cell for ways in found.values() for cell in _format_times(_subtract_wholes(ways, more, less)))


def list_names(found: Mapping[int, ModeTimes]) -> list[str]:
    """Return the names of all ways, in the order of the collection that has most."""
    return max((list(ways) for ways in found.values()), key=len)


def _list_wholes(ways: ModeTimes, name: str) -> list[float]:
    return [one[WHOLE] for one in ways.get(name, ())]


def _subtract_wholes(ways: ModeTimes, more: str, less: str) -> list[float]:
    return [a - b for a, b in zip(_list_wholes(ways, more), _list_wholes(ways, less), strict=True)]


def _format_times(times: Sequence[float]) -> tuple[str, str]:
    return (f"{median(times):.1f}", f"{percentile_95(times):.1f}") if times else (NONE, NONE)


def explain_growth(found: Mapping[int, ModeTimes]) -> Iterator[str]:
    """Yield a sentence for each way that grows: from the smallest to the largest collection that has it, and why."""
    for name in list_names(found):
        sizes = [size for size, ways in found.items() if name in ways]
        first, last = (_find_medians(found[size][name]) for size in (min(sizes), max(sizes)))
        grown = last[WHOLE] - first[WHOLE]
        if last[WHOLE] < GROWS * first[WHOLE]:
            continue
        added = {step: last[step] - first.get(step, 0.0) for step in last if step != WHOLE}
        steps = sorted((step for step in added if added[step] >= EXPLAINS * grown), key=lambda step: -added[step])
        why = "; ".join(f"*{step}* {added[step]:.1f} ms more, because {REASONS[step]}" for step in steps)
        times = f"{last[WHOLE] / first[WHOLE]:.1f} times"
        yield f"* {name}: {max(sizes):,} passages take {times} as long as {min(sizes):,}. {why or NO_REASON}."


def _find_medians(times: Sequence[Mapping[str, float]]) -> dict[str, float]:
    steps = dict.fromkeys(step for one in times for step in one)
    return {step: median(one.get(step, 0.0) for one in times) for step in steps}

"""A probing as the terminal shows it, with what it can and cannot say."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from qa.evaluation.known_item.duplicates import MIN_COSINE, MIN_JACCARD, SHINGLE_WORDS
from qa.evaluation.known_item.findings import DEPTHS
from qa.evaluation.known_item.thin import MIN_WORDS
from qa.evaluation.known_item.types import (
    BlankPage,
    Duplicate,
    Excerpt,
    FoundShare,
    KnownItemReport,
    LostPassage,
    MissedItem,
    ShortDocument,
)

T = TypeVar("T")

# Examples of each finding; probe.json has all of them.
MAX_EXAMPLES = 5
# Characters of a question that are shown.
MAX_QUESTION_CHARS = 100

NOTHING = (
    "No question can be made: no passage has a heading or a sentence with two content words, or a rare name; "
    "index texts of whole sentences."
)
LIMITS = """\
What this shows: text that no question finds, near-duplicates that compete with each other, headings
that mislead, pages and documents without text.
What it cannot show: whether the questions of your users, in words of their own, are answered. These
questions use the collection's own words, and none are easier. What even they miss is lost; but every
index should reach high figures, so they do not measure quality. For that, judge fifty questions of
real users (docs/evaluation.md)."""


def format_summary(probed: KnownItemReport) -> str:
    """Return a table of what was found, then what was not, with examples, and how to read it."""
    sections = [[_format_head(probed)], [*_format_table(probed)], [*_format_findings(probed)], LIMITS.split("\n")]
    return "\n\n".join("\n".join(section) for section in sections)


def _format_head(probed: KnownItemReport) -> str:
    some = f"every {_format_ordinal(probed.every)} of them asked for ({probed.probed:,}), the rest only compared"
    which = "all of them asked for" if probed.every == 1 else some
    head = f"{probed.index}, mode {probed.mode}: {_format_count(probed.passages, 'passage')}, {which}"
    failed = (f"{count:,} questions were asked while the {leg} leg failed" for leg, count in probed.degraded.items())
    return "\n".join([head, *failed])


def _format_table(probed: KnownItemReport) -> Iterator[str]:
    if not probed.shares:
        yield NOTHING
        return
    yield "question       asked" + "".join(f"  {name:20}" for name in DEPTHS).rstrip()
    yield from map(_format_share, probed.shares)
    yield "share of the questions whose passage was found, with its 95 % bootstrap interval"


def _format_share(share: FoundShare) -> str:
    return f"{share.kind:12}  {share.asked:6,}" + "".join(f"  {share.found[name]}" for name in DEPTHS)


def _format_findings(probed: KnownItemReport) -> Iterator[str]:
    of = f"of {probed.probed:,}" + ("" if probed.every == 1 else " asked for")
    alike = f"(cosine >= {MIN_COSINE}, {SHINGLE_WORDS}-shingles shared >= {MIN_JACCARD})"
    thin = probed.thin
    yield from _format_examples("Passages that none of their questions found", probed.lost, _format_lost, of)
    if probed.unasked:
        yield f"Passages that no question could be made for: {probed.unasked:,} {of}"
    yield from _format_examples("Headings that something else answers first", probed.misled, _format_misled)
    yield from _format_examples("Passages nearly equal to an earlier one", probed.duplicates, _format_duplicate, alike)
    yield from _format_examples("Pages without text", thin.pages, _format_page)
    yield from _format_examples(f"Documents of fewer than {MIN_WORDS} words", thin.documents, _format_document)
    yield from _format_examples("Passages without a content word", thin.passages, _format_excerpt)


def _format_examples(
    title: str, items: tuple[T, ...], told: Callable[[T], Iterable[str]], note: str = ""
) -> Iterator[str]:
    """Yield how many were found and the first few of them, indented."""
    yield f"{title}: {len(items):,} {note}".rstrip()
    for item in islice(items, MAX_EXAMPLES):
        yield from (f"  {line}" for line in told(item))
    if len(items) > MAX_EXAMPLES:
        yield f"  … and {len(items) - MAX_EXAMPLES:,} more"


def _format_lost(lost: LostPassage) -> Iterator[str]:
    yield from _format_excerpt(lost.place)
    for missed in lost.missed:
        other = f"; another one that is right came at rank {missed.rank}" if missed.rank else ""
        yield f"  {missed.kind} “{_shorten_question(missed.question)}”; {_format_first(missed)}{other}"


def _format_misled(missed: MissedItem) -> Iterator[str]:
    rank = f"at rank {missed.rank}" if missed.rank else "not among ten"
    yield f"“{_shorten_question(missed.question)}” {rank}; {_format_first(missed)}"


def _format_first(missed: MissedItem) -> str:
    return f"first came {missed.first.passage} “{missed.first.text}”" if missed.first else "nothing came"


def _format_duplicate(pair: Duplicate) -> Iterator[str]:
    figures = f"cosine {pair.cosine:.2f}, shingles {pair.jaccard:.2f}"
    yield f"{pair.second.passage} and {pair.first.passage} “{pair.first.text}” ({figures})"


def _format_page(page: BlankPage) -> Iterator[str]:
    yield f"{page.document} page {page.page}"


def _format_document(document: ShortDocument) -> Iterator[str]:
    yield f"{document.document}: {_format_count(document.words, 'word')}"


def _format_excerpt(place: Excerpt) -> Iterator[str]:
    yield f"{place.passage} “{place.text}”"


def _format_count(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def _format_ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in {11, 12, 13} else "th"
    return f"{number}{ending}"


def _shorten_question(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= MAX_QUESTION_CHARS else f"{line[:MAX_QUESTION_CHARS]}…"

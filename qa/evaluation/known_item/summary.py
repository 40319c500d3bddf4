"""A probing as the terminal shows it, with what it can and cannot say."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from qa.evaluation.known_item.duplicates import LEAST_COSINE, LEAST_JACCARD, SHINGLE
from qa.evaluation.known_item.findings import DEPTHS
from qa.evaluation.known_item.thin import FEW_WORDS
from qa.evaluation.known_item.types import BlankPage, Duplicate, Lost, Missed, Place, Probed, Share, ShortDocument

T = TypeVar("T")

SHOWN = 5
"""Examples of each finding; probe.json has all of them."""
QUESTION = 100
"""Characters of a question that are shown."""

NOTHING = (
    "No probe can be made: no passage has a heading or a sentence of two words that carry matter, or a rare name; "
    "index texts of whole sentences to probe them."
)
LIMITS = """\
What this shows: text that no question reaches, near-duplicates that split the votes, headings that
mislead, pages and documents that came in without their text.
What it cannot show: whether the questions of your users, in words of their own, are answered. Probes
ask in the collection's own words, and no question is easier. What even they miss is lost; but a high
figure is a floor that any index should reach, not a measure of quality. For that, judge fifty
questions of real users (docs/evaluation.md)."""


def summary(probed: Probed) -> str:
    """A table of what was found, then what was not, with examples, and how to read it."""
    sections = [[_head(probed)], [*_table(probed)], [*_findings(probed)], LIMITS.split("\n")]
    return "\n\n".join("\n".join(section) for section in sections)


def _head(probed: Probed) -> str:
    some = f"every {_ordinal(probed.every)} of them probed ({probed.probed:,}), the rest only compared"
    which = "all of them probed" if probed.every == 1 else some
    head = f"{probed.index}, mode {probed.mode}: {_counted(probed.passages, 'passage')}, {which}"
    failed = (f"{count:,} probes were asked while the {leg} leg failed" for leg, count in probed.degraded.items())
    return "\n".join([head, *failed])


def _table(probed: Probed) -> Iterator[str]:
    if not probed.shares:
        yield NOTHING
        return
    yield "probe          asked" + "".join(f"  {name:20}" for name in DEPTHS).rstrip()
    yield from map(_line, probed.shares)
    yield "share of the probes that were found, with its 95 % bootstrap interval"


def _line(share: Share) -> str:
    return f"{share.kind:12}  {share.asked:6,}" + "".join(f"  {share.found[name]}" for name in DEPTHS)


def _findings(probed: Probed) -> Iterator[str]:
    of = f"of {probed.probed:,}" + ("" if probed.every == 1 else " probed")
    alike = f"(cosine >= {LEAST_COSINE}, {SHINGLE}-shingles shared >= {LEAST_JACCARD})"
    thin = probed.thin
    yield from _examples("Passages that none of their probes found", probed.lost, _lost, of)
    if probed.unasked:
        yield f"Passages that no probe could be made for: {probed.unasked:,} {of}"
    yield from _examples("Headings that something else answers first", probed.misled, _misled)
    yield from _examples("Passages nearly equal to an earlier one", probed.duplicates, _duplicate, alike)
    yield from _examples("Pages without text", thin.pages, _page)
    yield from _examples(f"Documents of fewer than {FEW_WORDS} words", thin.documents, _document)
    yield from _examples("Passages without a word that carries matter", thin.passages, _place)


def _examples(title: str, items: tuple[T, ...], told: Callable[[T], Iterable[str]], note: str = "") -> Iterator[str]:
    """How many were found and the first few of them, indented."""
    yield f"{title}: {len(items):,} {note}".rstrip()
    for item in islice(items, SHOWN):
        yield from (f"  {line}" for line in told(item))
    if len(items) > SHOWN:
        yield f"  … and {len(items) - SHOWN:,} more"


def _lost(lost: Lost) -> Iterator[str]:
    yield from _place(lost.place)
    for missed in lost.missed:
        other = f"; another one that is right came at rank {missed.rank}" if missed.rank else ""
        yield f"  {missed.kind} “{_short(missed.question)}”; {_came(missed)}{other}"


def _misled(missed: Missed) -> Iterator[str]:
    rank = f"at rank {missed.rank}" if missed.rank else "not among ten"
    yield f"“{_short(missed.question)}” {rank}; {_came(missed)}"


def _came(missed: Missed) -> str:
    return f"first came {missed.first.passage} “{missed.first.text}”" if missed.first else "nothing came"


def _duplicate(pair: Duplicate) -> Iterator[str]:
    figures = f"cosine {pair.cosine:.2f}, shingles {pair.jaccard:.2f}"
    yield f"{pair.second.passage} and {pair.first.passage} “{pair.first.text}” ({figures})"


def _page(page: BlankPage) -> Iterator[str]:
    yield f"{page.document} page {page.page}"


def _document(document: ShortDocument) -> Iterator[str]:
    yield f"{document.document}: {_counted(document.words, 'word')}"


def _place(place: Place) -> Iterator[str]:
    yield f"{place.passage} “{place.text}”"


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in {11, 12, 13} else "th"
    return f"{number}{ending}"


def _short(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= QUESTION else f"{line[:QUESTION]}…"

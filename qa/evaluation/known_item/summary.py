"""A probing as the terminal shows it, with what it can and cannot say."""

from collections.abc import Iterable, Iterator
from textwrap import indent

from qa.evaluation.known_item.defects import MIN_COSINE, MIN_JACCARD, MIN_WORDS, SHINGLE_WORDS
from qa.evaluation.known_item.evaluate import DEPTHS
from qa.evaluation.known_item.types import Excerpt, KnownItemReport, LostPassage, MissedItem
from qa.ranking.retrieval import UNREAD_LANGUAGE

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
    sections = [_format_head(probed), _format_table(probed), _format_findings(probed), [LIMITS]]
    return "\n\n".join("\n".join(section) for section in sections)


def _format_head(probed: KnownItemReport) -> Iterator[str]:
    some = f"every {_format_ordinal(probed.every)} of them asked for ({probed.probed:,}), the rest only compared"
    which = "all of them asked for" if probed.every == 1 else some
    yield f"{probed.index}, mode {probed.mode}: {_format_count(probed.passages, 'passage')}, {which}"
    for leg, count in probed.degraded.items():
        if leg == UNREAD_LANGUAGE:
            yield f"{_format_count(count, 'question')} met a language that the reader does not read"
        else:
            yield f"{count:,} questions were asked while the {leg} leg failed"


def _format_table(probed: KnownItemReport) -> Iterator[str]:
    if not probed.shares:
        yield NOTHING
        return
    yield "question       asked" + "".join(f"  {name:20}" for name in DEPTHS).rstrip()
    for share in probed.shares:
        yield f"{share.kind:12}  {share.asked:6,}" + "".join(f"  {share.found[name]}" for name in DEPTHS)
    yield "share of the questions whose passage was found, with its 95 % bootstrap interval"


def _format_findings(probed: KnownItemReport) -> Iterator[str]:
    of = f"of {probed.probed:,}" + ("" if probed.every == 1 else " asked for")
    alike = f"(cosine >= {MIN_COSINE}, {SHINGLE_WORDS}-shingles shared >= {MIN_JACCARD})"
    duplicates = [
        f"{pair.second.passage} and {_format_excerpt(pair.first)} "
        f"(cosine {pair.cosine:.2f}, shingles {pair.jaccard:.2f})"
        for pair in probed.duplicates
    ]
    pages = [f"{page.document} page {page.page}" for page in probed.thin.pages]
    short = [f"{one.document}: {_format_count(one.words, 'word')}" for one in probed.thin.documents]
    yield from _format_examples("Passages that none of their questions found", map(_format_lost, probed.lost), of)
    if probed.unasked:
        yield f"Passages that no question could be made for: {probed.unasked:,} {of}"
    yield from _format_examples("Headings that something else answers first", map(_format_misled, probed.misled))
    yield from _format_examples("Passages nearly equal to an earlier one", duplicates, alike)
    yield from _format_examples("Pages without text", pages)
    yield from _format_examples(f"Documents of fewer than {MIN_WORDS} words", short)
    yield from _format_examples("Passages without a content word", map(_format_excerpt, probed.thin.passages))


def _format_examples(title: str, items: Iterable[str], note: str = "") -> Iterator[str]:
    """Yield how many were found and the first few of them, indented."""
    texts = list(items)
    yield f"{title}: {len(texts):,} {note}".rstrip()
    yield from (indent(text, "  ") for text in texts[:MAX_EXAMPLES])
    if len(texts) > MAX_EXAMPLES:
        yield f"  … and {len(texts) - MAX_EXAMPLES:,} more"


def _format_lost(lost: LostPassage) -> str:
    lines = [_format_excerpt(lost.place)]
    for missed in lost.missed:
        other = f"; another one that is right came at rank {missed.rank}" if missed.rank else ""
        lines.append(f"  {missed.kind} “{_shorten_question(missed.question)}”; {_format_first(missed)}{other}")
    return "\n".join(lines)


def _format_misled(missed: MissedItem) -> str:
    rank = f"at rank {missed.rank}" if missed.rank else "not among ten"
    return f"“{_shorten_question(missed.question)}” {rank}; {_format_first(missed)}"


def _format_first(missed: MissedItem) -> str:
    return f"first came {_format_excerpt(missed.first)}" if missed.first else "nothing came"


def _format_excerpt(place: Excerpt) -> str:
    return f"{place.passage} “{place.text}”"


def _format_count(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def _format_ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in {11, 12, 13} else "th"
    return f"{number}{ending}"


def _shorten_question(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= MAX_QUESTION_CHARS else f"{line[:MAX_QUESTION_CHARS]}…"

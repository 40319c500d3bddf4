"""Renders what was measured as two sections of ``docs/comparison.md``."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.comparison.results import CollectionResult, Comparison, PeerResult
from benchmarks.documents import format_table, write_section
from qa.evaluation.types import Interval

PAGE = "comparison.md"
SECTION = "measured"
HEAD = {
    "right first": "right first",
    "right among five": "among five",
    "acceptable words": "acceptable words",
    "wrong words": "wrong among words shown",
    "AUROC": "AUROC “not there”",
    "found where present": "found where present",
    "not found where absent": "refused where absent",
}
COSTS = ("ms a question", "resident, MB", "index, MB", "characters of the first")
NONE = "–"

TEXT = """## The same questions put to each

*Written by `python -m benchmarks.comparison ../shared/data` on {date}; do not edit by hand.*

Each program runs in an environment of its own with nothing but its published packages, without a network or a model
hub, on one thread. Those that take an encoder have the same one, all-MiniLM-L6-v2; the others run as they come. All get
the same texts, as Netsphere loads them, so this compares finding and answering, not parsing. What the program cannot
cut itself is cut every 500 characters. Questions are asked as they are; qmd's `search`, which is for keywords, requires
every word of them.

* *Right first*: of the questions that the documents answer, the share whose first passage is of the right document and
  holds, in one run, at least half of the words that a person quoted as the answer. *Among five*: of the first five.
  Long passages have it easier; the last column shows how long they are. A program that cuts only at blank lines
  returns the seed, a file of one line, nearly whole.
* *Acceptable words*: the share of the same questions for which the program shows words by themselves that answer: an
  expected answer, nearly or equivalently (`qa/evaluation/measures/reading.py`), or a sentence of a right passage that
  holds one. *Wrong among words shown*: of all that it shows, questions without an answer included.
* *AUROC "not there"*: the chance that a question which the documents answer has a higher best score than one which they
  do not; 0.5 is chance. *Found where present* and *refused where absent*: its own verdict, if it gives one.
* *ms a question* is the median in the program's own process, after one question that loads what is loaded late;
  *resident* is its memory after the last. Means have 95 % bootstrap intervals over questions.

{collections}

### What is installed

{installed}

{failures}
"""
COLLECTION = """### {name}

{documents:,} documents, {questions:,} questions, {absent:,} of which they do not answer.

{quality}

{costs}"""
FAILURES = """### What could not be run here

{rows}"""


def write_document(comparison: Comparison, folder: Path) -> str:
    """Write the section of the document in the folder, and return its text."""
    text = render(comparison)
    write_section(folder / PAGE, SECTION, text, comparison.program)
    return text


def render(comparison: Comparison) -> str:
    """Return the section."""
    ran = [peer for peer in comparison.peers if not peer.failed]
    failed = [peer for peer in comparison.peers if peer.failed]
    collections = [
        COLLECTION.format(
            name=name.capitalize(),
            quality=format_table(("", *HEAD.values()), _list_quality(ran, name)),
            costs=format_table(("", *COSTS), _list_costs(ran, name)),
            **numbers,
        )
        for name, numbers in comparison.asked.items()
    ]
    text = TEXT.format(
        date=comparison.date,
        collections="\n\n".join(collections),
        installed=format_table(("", "Python", "environment, MB", "of it torch, MB"), _list_installed(ran)),
        failures=FAILURES.format(rows="\n".join(map(_describe_failure, failed))) if failed else "",
    )
    return text.strip()


def _list_quality(peers: list[PeerResult], collection: str) -> Iterator[list[str]]:
    for peer in peers:
        scores = peer.collections[collection].scores
        yield [peer.title, *(_format_interval(scores.get(measure)) for measure in HEAD)]


def _format_interval(found: Interval | None) -> str:
    return NONE if found is None else f"{found.mean:.2f} [{found.low:.2f}, {found.high:.2f}]"


def _list_costs(peers: list[PeerResult], collection: str) -> Iterator[list[str]]:
    for peer in peers:
        yield [peer.title, *_format_costs(peer.collections[collection])]


def _format_costs(found: CollectionResult) -> Iterator[str]:
    yield f"{found.median_s * 1000:,.1f}"
    yield f"{found.resident_mb:,.0f}"
    yield f"{found.index_mb:,.2f}"
    yield f"{found.scores['characters of the first'].mean:,.0f}"


def _list_installed(peers: list[PeerResult]) -> Iterator[list[str]]:
    """Yield a row for each environment, which several ways of asking share."""
    for packages in dict.fromkeys(tuple(peer.packages) for peer in peers):
        peer = next(peer for peer in peers if tuple(peer.packages) == packages)
        names = ", ".join(f"`{package}`" for package in packages)
        yield [names, peer.python, f"{peer.environment_mb:,.0f}", f"{peer.torch_mb:,.0f}" if peer.torch_mb else NONE]


def _describe_failure(peer: PeerResult) -> str:
    needs = f" It needs {peer.needs}." if peer.needs else ""
    return f"* {peer.title} ({', '.join(peer.packages)}): `{peer.failed}`.{needs}"

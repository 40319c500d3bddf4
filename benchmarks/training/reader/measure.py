"""How well a reader reads on held-out articles.

Every question of the open reading sets about such an article is read in its context as given, by the public entry
(``qa.read``), and measured as ``python -m qa.evaluation run FILE --reading`` does.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.articles import MIN_GAP_CHARS, remove_answer
from benchmarks.open_sets import ReadingQuestion, load_questions
from benchmarks.splits import Part
from index.progress import Progress, Silent, Terminal
from qa.evaluation.data.reading import ReadingDataset, Row, build_reading_dataset
from qa.evaluation.measures.confidence import auroc
from qa.evaluation.runs.reading import run_reading
from qa.evaluation.types import Interval
from qa.reader.texts import read_many
from qa.types import Reader

# The columns of the printed table.
SHOWN = {
    "best words F1": "best F1",
    "best words exact": "best EM",
    "answer F1": "F1",
    "answer exact": "EM",
    "AUROC": "AUROC text",
    "answer AUROC": "AUROC words",
    "ECE": "ECE text",
    "answer ECE": "ECE words",
    "answer MacroCE": "MacroCE",
    "answer AURC": "AURC",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Measures of the questions of one source.

    ``f1`` and ``exact`` are those of the best words for answerable questions. ``gaps``: contexts without the answering
    sentence; ``separation``: the AUROC of contexts against them, if any. ``scores``: all measures of the evaluation.
    """

    questions: int
    f1: float
    exact: float
    gaps: int
    separation: float | None
    scores: Mapping[str, Interval]


def load_held_out(data: Path) -> list[ReadingQuestion]:
    """Return the questions about held-out articles of which it is known which words answer, or that none do."""
    return [one for one in load_questions(data)[Part.HELD_OUT] if one.answers or not one.relevant]


def measure_reader(reader: Reader, asked: Sequence[ReadingQuestion], progress: Progress | None = None) -> Measured:
    """Read every question with its context, and the answerable ones again with the gap if enough is left of it."""
    run = run_reading(build_dataset(asked), reader, progress=progress or Silent())
    texts = [
        (o, one, remove_answer(one.context, one.answers[0]))
        for o, one in zip(run.outcomes, asked, strict=True)
        if one.answers
    ]
    gaps = [(outcome.reply.confidence, one, rest) for outcome, one, rest in texts if len(rest) >= MIN_GAP_CHARS]
    readings = read_many([(one.question, [(one.title, rest)]) for _, one, rest in gaps], reader=reader)
    return Measured(
        questions=len(asked),
        f1=run.scores["best words F1"].mean,
        exact=run.scores["best words exact"].mean,
        gaps=len(gaps),
        separation=auroc([whole for whole, *_ in gaps], [gap.relevance for (gap,) in readings]) if gaps else None,
        scores=run.scores,
    )


def build_dataset(asked: Sequence[ReadingQuestion]) -> ReadingDataset:
    """Return the questions of one source as the evaluation takes them."""
    name = asked[0].source

    def build_row(number: int, one: ReadingQuestion) -> Row:
        answers = [{"text": words, "start": span.start} for words, span in zip(one.words, one.answers, strict=True)]
        fields = {"id": f"{name}-{number}", "question": one.question, "answers": answers}
        return f"{name}:{number}", one.title, one.context, fields

    rows = (build_row(number, one) for number, one in enumerate(asked, 1))
    return build_reading_dataset(name, rows, Path(name))


def format_table(measured: Mapping[str, Measured]) -> str:
    """Return the main measures of every source in Markdown, each with its interval."""
    lines = [f"| source | questions | {' | '.join(SHOWN.values())} | gaps AUROC |", "|---" * (len(SHOWN) + 3) + "|"]
    for source, one in measured.items():
        cells = [str(one.scores[name]) if name in one.scores else "" for name in SHOWN]
        separation = "" if one.separation is None else f"{one.separation:.3f}"
        lines.append(f"| {source} | {one.questions:,} | {' | '.join(cells)} | {separation} |")
    return "\n".join(lines)


def measure_sources(
    reader: Reader, questions: Sequence[ReadingQuestion], most: int | None = None
) -> dict[str, Measured]:
    """Measure each source by itself, on at most ``most`` questions of it, drawn at random."""
    chance = random.Random(0)
    measured: dict[str, Measured] = {}
    for source in dict.fromkeys(one.source for one in questions):
        some = [one for one in questions if one.source == source]
        drawn = chance.sample(some, most) if most and most < len(some) else some
        measured[source] = measure_reader(reader, drawn, Terminal())
    return measured

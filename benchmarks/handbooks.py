"""The set of handbooks, manuals, policies, product pages, dialogues and code that is kept in this repository.

Its documents and questions were written for it; what they are: ``benchmarks/training/handbooks/README.md``.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from benchmarks.open_sets import ReadingQuestion
from benchmarks.splits import Part, assign_part
from index.build.load import load_documents
from index.types import Document, Span
from qa.evaluation.data.spans import read_spans
from qa.evaluation.types import Judgement

FOLDER = Path(__file__).parent / "training" / "handbooks"
SOURCE = "handbooks"
MAX_BYTES = 1_000_000


@cache
def load_handbooks() -> dict[str, Document]:
    """Return the documents by id, as the program reads them."""
    loaded = load_documents(FOLDER / "documents", MAX_BYTES)
    return {document.id: document for document in loaded.documents}


def load_handbook_judgements() -> Sequence[Judgement]:
    """Return every judged question."""
    return read_spans(FOLDER / "questions.jsonl").judgements


def load_handbook_questions(part: Part) -> Iterator[ReadingQuestion]:
    """Yield the questions about the documents of one part, each with its whole document as the context."""
    for judgement in load_handbook_judgements():
        document = load_handbooks()[find_document(judgement)]
        if assign_part(SOURCE, document.id) is part:
            yield ReadingQuestion(
                source=SOURCE,
                article=f"{SOURCE}/{document.id}",
                title=document.title,
                context=document.text,
                question=judgement.question,
                answers=tuple(find_answers(judgement, document)),
                relevant=judgement.answerable,
            )


def find_document(judgement: Judgement) -> str:
    """Return the id of the document that answers, or that only seems to."""
    return (*judgement.evidence, *judgement.near)[0].document


def find_answers(judgement: Judgement, document: Document) -> Iterator[Span]:
    """Yield the place of each accepted answer, or part of a list, in each quotation of the document."""
    for gold in judgement.evidence:
        for words in (*judgement.answers, *judgement.parts):
            start = document.text.find(words, gold.span.start, gold.span.end) if gold.document == document.id else -1
            if start >= 0:
                yield Span(start, start + len(words))


def describe_counts() -> str:
    """Return the numbers of documents and questions as the data card shows them."""
    judgements = load_handbook_judgements()
    absent = sum(not judgement.answerable for judgement in judgements)
    parts = Counter(assign_part(SOURCE, document) for document in load_handbooks())
    lines = [
        f"{len(load_handbooks())} documents and {len(judgements):,} questions, {absent:,} of them unanswerable. Of the "
        f"documents {parts[Part.TRAIN]} are trained on, {parts[Part.FIT]} fitted on, {parts[Part.HELD_OUT]} held out."
    ]
    for name in ("kind", "form"):
        counts = Counter(getattr(judgement, name) for judgement in judgements).most_common()
        rows = (f"| `{value}` | {count:,} |" for value, count in counts)
        lines += ["", f"| {name} | questions |", "|---|--:|", *rows]
    return "\n".join(lines)

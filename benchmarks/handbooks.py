"""The set of handbooks, manuals, policies, product pages, dialogues and code that is kept in this repository.

Its documents and questions were written for it; what they are: ``benchmarks/training/handbooks/README.md``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.splits import Part, assign_part
from index.build.load import load_documents
from index.types import Document
from qa.evaluation.data.spans import read_spans
from qa.evaluation.types import Judgement

FOLDER = Path(__file__).parent / "training" / "handbooks"
SOURCE = "handbooks"
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class HandbookQuestion:
    """A judged question and the document that it is about."""

    judgement: Judgement
    document: Document

    @property
    def part(self) -> Part:
        """The part of the data that the document belongs to."""
        return assign_part(SOURCE, self.document.id)


@cache
def load_handbooks() -> dict[str, Document]:
    """Return the documents by id, as the program reads them."""
    loaded = load_documents(FOLDER / "documents", MAX_BYTES)
    return {document.id: document for document in loaded.documents}


def load_handbook_questions() -> Iterator[HandbookQuestion]:
    """Yield every question with the document that answers it, or that only seems to."""
    documents = load_handbooks()
    for judgement in read_spans(FOLDER / "questions.jsonl").judgements:
        first = (*judgement.evidence, *judgement.near)[0]
        yield HandbookQuestion(judgement, documents[first.document])

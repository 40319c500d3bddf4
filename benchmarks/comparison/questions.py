"""What is asked: the two collections of this repository with their judged questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.comparison.peers import ROOT
from benchmarks.handbooks import SOURCE, find_document, load_handbook_judgements, load_handbooks
from benchmarks.splits import Part, assign_part
from index.build.load import load_documents
from index.types import Document
from qa.evaluation.data.spans import read_spans
from qa.evaluation.types import Judgement

SEEDS, SEED_JUDGEMENTS = ROOT / "seeds", ROOT / "tests" / "judgements" / "blame.jsonl"
MAX_BYTES = 1_000_000
# Peers cut and read these two as they are; what is loaded from anything else is written as plain text.
PLAIN = {".md", ".txt"}


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents and the questions about them."""

    name: str
    documents: Sequence[Document]
    judgements: Sequence[Judgement]

    def write_texts(self, folder: Path) -> dict[str, str]:
        """Write each document's text, as loaded, to a file of the folder; return the document ids by file name."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        names = {name_file(document.id): document for document in self.documents}
        for name, document in names.items():
            (folder / name).write_text(document.text, encoding="utf-8")
        return {name: document.id for name, document in names.items()}

    def sample(self, count: int | None) -> "Collection":
        """Return the collection with so many of its questions, evenly spread; all if None."""
        total = len(self.judgements)
        if count is None or count >= total:
            return self
        return Collection(self.name, self.documents, [self.judgements[i * total // count] for i in range(count)])


def name_file(document: str) -> str:
    """Return the file name of a document: its id, with ``.txt`` added if its format is not plain text."""
    return document if Path(document).suffix in PLAIN else f"{document}.txt"


def load_collections() -> list[Collection]:
    """Return the seed and the handbooks. No peer carries a conversation over, so follow-ups are left out.

    Of the handbooks only questions about held-out documents are asked, over all documents.
    """
    seed = load_documents(SEEDS, MAX_BYTES).documents
    held_out = [one for one in load_handbook_judgements() if assign_part(SOURCE, find_document(one)) is Part.HELD_OUT]
    return [
        Collection("seed", tuple(seed), _without_history(read_spans(SEED_JUDGEMENTS).judgements)),
        Collection("handbooks", tuple(load_handbooks().values()), _without_history(held_out)),
    ]


def _without_history(judgements: Sequence[Judgement]) -> list[Judgement]:
    return [judgement for judgement in judgements if not judgement.history]

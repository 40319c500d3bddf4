"""Formats of judged questions: one file and one line in ``FORMATS`` each."""

from collections.abc import Callable
from pathlib import Path

from index.errors import UsageError
from qa.evaluation.data.beir import read_beir
from qa.evaluation.data.spans import read_spans
from qa.evaluation.data.squad import read_squad
from qa.evaluation.types import Dataset

Matches = Callable[[Path], bool]
FORMATS: tuple[tuple[Matches, Callable[[Path], Dataset]], ...] = (
    (Path.is_dir, read_beir),
    (lambda path: path.name.endswith((".json", ".json.gz")), read_squad),
    (Path.is_file, read_spans),
)


def load(data: str | Path) -> Dataset:
    """Load a BEIR folder, a SQuAD file or a file of span judgements.

    Raises UsageError, which names file and line, if something cannot be scored.
    """
    path = Path(data)
    for matches, read in FORMATS:
        if path.exists() and matches(path):
            dataset = read(path)
            if not dataset.judgements:
                raise UsageError(f"{path} holds no question that can be asked; see docs/evaluation.md")
            return dataset
    raise UsageError(f"{path} does not exist; give a BEIR folder, a SQuAD file or a file of span judgements")

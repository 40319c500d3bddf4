"""Split all documents into passages and units, with tables in temporary files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.disk.arrays import SpooledArray
from index.generation.documents import Documents
from index.generation.generation import UnitTable
from index.generation.passage_table import PassageSpool
from index.generation.passages import Passages
from index.progress import Progress
from index.text.chunking import ChunkSizes, CountTokens, make_units, split_into_passages
from index.text.sentences import PunctuatedNames
from index.types import Document


@dataclass(frozen=True, slots=True)
class SplittingRules:
    """What decides the passages of a document, beside its text: names that end in a mark, sizes, and the tokenizer."""

    names: PunctuatedNames
    sizes: ChunkSizes
    count_tokens: CountTokens


def split_documents(
    documents: Sequence[Document], stored: Documents, rules: SplittingRules, folder: Path, progress: Progress
) -> tuple[Passages, UnitTable]:
    """Return the passages and the table of units of all documents, which are ``stored`` in the same order.

    Temporary files go into ``folder``. Raise OSError if it cannot be written.
    """
    units, passages = SpooledArray(folder, np.int64, (3,)), PassageSpool(stored, folder)
    characters = int(stored.facts["characters"].sum())
    with progress.step("splitting", characters, "characters") as advance:
        for number, document in enumerate(documents, 1):
            own = split_into_passages(document, rules.names, rules.sizes, rules.count_tokens, advance)
            rows = [(len(passages) + unit.passage, unit.start, unit.end) for unit in make_units(own)]
            units.append(np.array(rows, dtype=np.int64).reshape(-1, 3))
            passages.append(own)
            advance(0, f"{number} of {len(stored)} documents")
    return Passages(stored, *passages.open_tables()), units.read_columns()

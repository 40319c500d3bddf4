"""Indexes of documents, built like a user's."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.settings import IndexSettings
from index.types import Encoder

DEFAULT_SIZE = IndexSettings().passage_chars
SEEDS = Path("seeds")


def index_documents(
    rows: Iterable[Mapping[str, str]], encoder: Encoder, folder: Path, passage_chars: int = DEFAULT_SIZE
) -> Generation:
    """Build and open an index of rows with ``_id``, ``title`` and ``text``; building again reuses the vectors."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = folder / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return _build_and_open(corpus, encoder, folder, passage_chars)


def index_seed(encoder: Encoder, folder: Path) -> Generation:
    """Build and open an index of the seed in ``folder``."""
    return _build_and_open(SEEDS, encoder, folder, DEFAULT_SIZE)


def _build_and_open(source: Path, encoder: Encoder, folder: Path, passage_chars: int) -> Generation:
    index = folder / "index"
    build_index(source, IndexSettings(index=str(index), keep=1, passage_chars=passage_chars), encoder)
    return IndexDirectory(index).open_current()

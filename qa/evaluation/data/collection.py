"""The collection that a dataset brings along, indexed into a folder that is kept."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from index.build.pipeline import build_folder, build_index
from index.errors import UsageError
from index.generation.directory import IndexDirectory
from index.progress import Progress, Silent
from index.settings import IndexSettings
from index.types import Encoder
from qa.engine import Engine
from qa.evaluation.types import Dataset
from qa.reader import SHIPPED

COLLECTIONS = Path("var/evaluation")


def build_engine(
    dataset: Dataset,
    settings: IndexSettings,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
    reader: str = SHIPPED,
) -> Engine:
    """An engine over the dataset's own collection; only what changed since is indexed again.

    Raises UsageError where it brings none, BuildError where it cannot be indexed.
    """
    if encoder is None:
        build_folder(write_corpus(dataset), settings, progress or Silent())
        return Engine.open(settings.index, reader=reader)
    build_index(write_corpus(dataset), settings, encoder, progress or Silent())
    return Engine(IndexDirectory(Path(settings.index)).open_current(), encoder, reader)


def write_corpus(dataset: Dataset) -> Path:
    """The file of the dataset's documents, written into its kept folder where it has none."""
    if dataset.corpus:
        return dataset.corpus
    if not dataset.documents:
        raise UsageError(
            f"{dataset.name} judges stretches of an indexed text; name the index with --index or a service with --url"
        )
    path = find_folder(dataset) / "corpus.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ({"_id": d.id, "title": d.title, "text": d.text} for d in dataset.documents.values())
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def find_folder(dataset: Dataset) -> Path:
    """A folder of its own for each collection, by name and content."""
    digest = sha256()
    for document in dataset.documents.values():
        digest.update(f"{document.id}\0{document.title}\0{document.sha256}\0".encode())
    return COLLECTIONS / f"{dataset.name}-{digest.hexdigest()[:8]}"


def place_index(dataset: Dataset, settings: IndexSettings) -> IndexSettings:
    """The settings with the index in the kept folder of the dataset."""
    return replace(settings, index=str(find_folder(dataset) / "index"))

"""The collection that a dataset brings along, indexed into a folder that is kept."""

import json
from dataclasses import replace
from pathlib import Path

from index.build.pipeline import build_folder
from index.data_folder import DATA_FOLDER
from index.errors import UsageError
from index.generation.manifest import fingerprint_documents
from index.progress import Progress, Silent
from index.settings import IndexSettings
from qa.engine import Engine
from qa.evaluation.types import Dataset
from qa.reader import SHIPPED

COLLECTIONS = DATA_FOLDER / "evaluation"


def build_engine(
    dataset: Dataset, settings: IndexSettings, progress: Progress | None = None, reader: str = SHIPPED
) -> Engine:
    """Build an engine over the dataset's own collection, in its folder; only what has changed is indexed again.

    Raises UsageError if it has none, BuildError if it cannot be indexed.
    """
    # An index that a database shares stays with it.
    index = str(find_folder(dataset) / (f"index-{settings.store_name}" if settings.store_uri else "index"))
    build_folder(write_corpus(dataset), replace(settings, index=index), progress or Silent())
    return Engine.open(index, reader=reader, models=settings.models)


def write_corpus(dataset: Dataset) -> Path:
    """Return the file of the dataset's documents, written into its folder if it has none."""
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
    """Return a folder for this collection alone, by name and content."""
    return COLLECTIONS / f"{dataset.name}-{fingerprint_documents(list(dataset.documents.values()))[:8]}"

"""The collection that the rows of an ablation are measured on, indexed as each row needs it."""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from index.build.pipeline import build_index
from index.errors import UsageError
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.passage_table import FIRST_COPY
from index.generation.passages import Passages
from index.progress import Progress
from index.settings import IndexSettings
from index.types import Document, Encoder
from qa.answer.calibration import Calibration
from qa.engine import Engine
from qa.evaluation.ablation.memo import MemoReader
from qa.evaluation.data import collection
from qa.evaluation.data.anchor import anchor_evidence, drop_unknown_documents
from qa.evaluation.runs.answer_sources import EngineClient, ask_in_batches
from qa.evaluation.types import Dataset, Judgement, SystemReply
from qa.ranking.pipeline import Pipeline
from qa.reader.reader import TrainedReader
from qa.types import MAX_TOP_K, Mode, Request


class Workbench:
    """A dataset and its collection. Each index is kept, and shares the vectors of the first."""

    def __init__(self, dataset: Dataset, source: Path | None, encoder: Encoder, progress: Progress) -> None:
        """Index the texts of the dataset, or those in ``source`` if it has none of its own.

        Raises UsageError if there are no texts.
        """
        if not dataset.documents and source is None:
            raise UsageError(f"{dataset.name} judges stretches of texts; name their folder with --source")
        self._source = source if source and not dataset.documents else collection.write_corpus(dataset)
        # Also for what takes rows long to compute.
        self.folder = collection.find_folder(dataset)
        self._progress = progress
        self.encoder = encoder
        self._reader = MemoReader(TrainedReader())
        client = EngineClient(self.engine(Pipeline()))
        self.dataset = drop_unknown_documents(anchor_evidence(dataset, client.text), client.has)

    @property
    def judges_documents(self) -> bool:
        """Whether whole documents were judged."""
        return not any(judgement.evidence for judgement in self.dataset.judgements)

    def open_generation(self, **settings: Any) -> Generation:  # noqa: ANN401 — values of any setting
        """Index the collection with these settings, if that has not been done, and open it."""
        folder = self.folder / "-".join(["index", *(f"{name}={value}" for name, value in settings.items())])
        if settings and not folder.is_dir():
            # A copy brings the vectors of the first index, so that equal sentences are not embedded again.
            shutil.copytree(self.folder / "index", folder)
        build_index(self._source, replace(IndexSettings(index=str(folder), keep=1), **settings), self.encoder)
        return IndexDirectory(folder).open_current()

    def engine(
        self,
        pipeline: Pipeline,
        calibration: Calibration | None = None,
        **settings: Any,  # noqa: ANN401 — values of any setting
    ) -> Engine:
        """Return an engine that uses this pipeline in both modes, and the calibration if one is given."""
        pipelines: dict[Mode, Pipeline] = {"fast": pipeline, "precise": pipeline}
        return Engine(self.open_generation(**settings), self.encoder, self._reader, pipelines, calibration)

    def engine_of_copies(self, copies: int, *, collapse: bool) -> Engine:
        """Return an engine over the collection with each document several times, which collapses copies or does not."""
        generation = self._open_copies(copies)
        if not collapse:
            generation = forget_copies(generation)
        return Engine(generation, self.encoder, self._reader)

    def _open_copies(self, copies: int) -> Generation:
        folder = self.folder / f"copies={copies}"
        folder.mkdir(exist_ok=True)
        corpus, index = folder / "corpus.jsonl", folder / "index"
        write_copies(self.open_generation().contents.documents, copies, corpus)
        build_index(corpus, IndexSettings(index=str(index), keep=1), self.encoder)
        return IndexDirectory(index).open_current()

    def ask(self, engine: Engine, judgements: Sequence[Judgement]) -> list[SystemReply]:
        """Ask every question, for as many passages as the API returns."""
        requests = [Request(j.question, j.history, MAX_TOP_K) for j in judgements]
        batches = ask_in_batches(EngineClient(engine), requests, self._progress)
        return [SystemReply.from_json(answer) for answers in batches for answer in answers]


def write_copies(documents: Iterable[Document], copies: int, path: Path) -> None:
    """Write each document under its own id, and then its copies under others, as JSON lines."""
    rows = [{"_id": document.id, "title": document.title, "text": document.text} for document in documents]
    repeated = (row | {"_id": f"{row['_id']} copy {n}"} for n in range(2, copies + 1) for row in rows)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in (*rows, *repeated))
    path.write_text("".join(lines), encoding="utf-8")


def forget_copies(generation: Generation) -> Generation:
    """Return the generation as if no two passages had the same text."""
    passages = generation.contents.passages
    table = np.array(passages.table)
    table[:, FIRST_COPY] = np.arange(len(table))
    unaware = Passages(passages.documents, table, passages.sentences, passages.names)
    return replace(generation, contents=replace(generation.contents, passages=unaware))

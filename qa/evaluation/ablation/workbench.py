"""Where the rows of an ablation are tried: one collection, indexed as each of them wants it."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.build.pipeline import build_index
from index.errors import UsageError
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.progress import Progress
from index.settings import IndexSettings
from index.types import Encoder
from qa.engine import Engine
from qa.evaluation.ablation.memo import MemoReader
from qa.evaluation.data import collection
from qa.evaluation.data.anchor import anchored, known
from qa.evaluation.runs.askers import InProcess
from qa.evaluation.types import Dataset, Judgement, Reply
from qa.ranking.pipeline import Way
from qa.reader.reader import TrainedReader
from qa.types import MOST_PASSAGES, Request

BATCH = 64


class Bench:
    """A dataset and its collection; every index is kept and shares what was embedded for the first."""

    def __init__(self, dataset: Dataset, source: Path | None, encoder: Encoder, progress: Progress) -> None:
        """``source`` are the texts where the dataset brings none. Raises UsageError where both lack."""
        if not dataset.documents and source is None:
            raise UsageError(f"{dataset.name} judges stretches of texts; name their folder with --source")
        self._source = source if source and not dataset.documents else collection.corpus(dataset)
        self._folder = collection.kept(dataset)
        self._progress = progress
        self.encoder = encoder
        self._reader = MemoReader(TrainedReader())
        answerer = InProcess(self.engine(Way()))
        self.dataset = known(anchored(dataset, answerer.text), answerer.has)

    @property
    def judges_documents(self) -> bool:
        """Whether whole documents were judged."""
        return not any(judgement.evidence for judgement in self.dataset.judgements)

    @property
    def folder(self) -> Path:
        """Where rows may keep what is costly to make again."""
        return self._folder

    def generation(self, **settings: Any) -> Generation:  # noqa: ANN401 — values of any setting
        """The collection as the settings index it."""
        folder = self._folder / "-".join(["index", *(f"{name}={value}" for name, value in settings.items())])
        if settings and not folder.is_dir():
            shutil.copytree(self._folder / "index", folder)  # so that equal sentences are not embedded again
        build_index(self._source, replace(IndexSettings(index=str(folder), keep=1), **settings), self.encoder)
        return IndexDirectory(folder).open_current()

    def engine(self, way: Way, **settings: Any) -> Engine:  # noqa: ANN401 — values of any setting
        """An engine that goes this way in both modes."""
        return Engine(self.generation(**settings), self.encoder, self._reader, {"fast": way, "precise": way})

    def ask(self, engine: Engine, judgements: Sequence[Judgement]) -> list[Reply]:
        """Every question, with as many passages as the API gives."""
        answerer = InProcess(engine)
        requests = [Request(j.question, j.history, MOST_PASSAGES) for j in judgements]
        replies: list[Reply] = []
        with self._progress.step("asking", len(requests)) as advance:
            for start in range(0, len(requests), BATCH):
                replies += map(Reply.of, answerer.ask(requests[start : start + BATCH]))
                advance(len(requests[start : start + BATCH]))
        return replies

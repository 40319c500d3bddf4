"""Shards that are made and loaded with an encoder that counts words, and encoders that end their process."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.progress import Silent
from index.settings import IndexSettings
from index.shards.bulk import EmbeddingReport, build_from_shards, embed_with
from index.shards.embed import LoadEncoder
from index.shards.plan import Plan
from index.shards.prepare import ShardingRequest
from index.types import Embeddings
from tests.doubles import WordEncoder


class KilledEncoder(WordEncoder):
    """Ends its process, as the system does if memory is short, until the file ``marker`` is there."""

    def __init__(self, marker: Path, is_once: bool) -> None:
        super().__init__()
        self._marker, self._is_once = marker, is_once

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        if not self._marker.exists():
            if self._is_once:
                self._marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_passages(texts)


class OtherEncoder(WordEncoder):
    """Another model in every process but the one that makes the plan."""

    @property
    def fingerprint(self) -> str:
        return f"{os.getpid():064x}"


def write_texts(folder: Path, count: int = 12) -> Path:
    """Write small texts, two of which show that Blame! is a name, so that the sentences of each depend on all."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        words = f"The Blame! portal has page {number}." if number < 2 else f"Cat {number} read the Blame! Pipes book."
        (folder / f"{number}.md").write_text(f"# Note {number}\n\n{words} Dogs dig holes.\n", encoding="utf-8")
    return folder


def embed(source: Path, shards: Path, number: int | None = 3, load: LoadEncoder = WordEncoder) -> EmbeddingReport:
    """Embed a folder in processes of this machine."""
    request = ShardingRequest(source, shards, IndexSettings(), number)
    return embed_with(load, request, None, Silent())


def load(shards: Path, index: Path, **settings: object) -> Generation:
    """Build an index of shards and open it; fail if anything was embedded."""
    report = build_from_shards(shards, IndexSettings(index=str(index), **settings), WordEncoder())
    assert report.embedded == 0
    return IndexDirectory(index).open_current()


def build(source: Path, index: Path, **settings: object) -> Generation:
    """Build an index of files and open it."""
    build_index(source, IndexSettings(index=str(index), **settings), WordEncoder())
    return IndexDirectory(index).open_current()


def read_files(shards: Path) -> dict[str, bytes]:
    """Return what is in each Parquet file; what a killed process may leave is hidden."""
    return {path.name: path.read_bytes() for path in shards.glob("[!.]*.parquet")}


def get_unit_paths(shards: Path) -> list[Path]:
    """Return the files of units, of which each has some if there are several texts."""
    plan = Plan.read(shards)
    return [plan.get_unit_path(shards, number) for number in range(len(plan.shards))]

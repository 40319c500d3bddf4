"""The baseline of every benchmark: what a good engineer writes in an afternoon.

python -m benchmarks.speed.baseline PORT CORPUS

Chunks of 500 characters, ``SentenceTransformer.encode`` in float32, ``faiss.IndexFlatIP``; Flask under waitress with
its defaults. Vectors are kept in a folder, because nobody would embed a large collection at each start.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import faiss
import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from index.processors import count_all_cpus

if TYPE_CHECKING:
    from flask import Flask

CHUNK_CHARS = 500
CHUNKS, VECTORS = "chunks.json", "vectors.faiss"


@dataclass(frozen=True, slots=True)
class ScoredChunk:
    """A chunk and its cosine with the question."""

    text: str
    score: float


def split_chunks(texts: Iterable[str]) -> list[str]:
    """Cut each text every ``CHUNK_CHARS`` characters."""
    return [text[start : start + CHUNK_CHARS] for text in texts for start in range(0, len(text), CHUNK_CHARS)]


def load_baseline_model() -> SentenceTransformer:
    """Load the model in float32, as it was published."""
    return SentenceTransformer(str(find_model_folder(DEFAULT_MODEL)), device="cpu", local_files_only=True)


class Baseline:
    """Chunks, a model and a flat index."""

    def __init__(self, chunks: Sequence[str], model: SentenceTransformer, flat: Any) -> None:  # noqa: ANN401  (FAISS has no types)
        """Use ``build``, ``load_or_build`` or ``open`` instead."""
        self.chunks, self._model, self._flat = chunks, model, flat

    @classmethod
    def build(cls, texts: Iterable[str]) -> "Baseline":
        """Cut the texts into chunks and embed them."""
        chunks, model = split_chunks(texts), load_baseline_model()
        vectors = np.asarray(model.encode(chunks, normalize_embeddings=True), dtype=np.float32)
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(vectors)
        return cls(chunks, model, flat)

    @classmethod
    def load_or_build(cls, texts: Iterable[str], folder: Path) -> "Baseline":
        """Open the baseline of the texts in the folder, or build and save it there."""
        texts = list(texts)
        if (folder / CHUNKS).is_file() and json.loads((folder / CHUNKS).read_text("utf-8")) == split_chunks(texts):
            return cls.open(folder)
        baseline = cls.build(texts)
        baseline.save(folder)
        return baseline

    def save(self, folder: Path) -> None:
        """Write what ``open`` reads; the chunks come last, so that an interrupted save is not taken for a whole one."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CHUNKS).unlink(missing_ok=True)
        faiss.write_index(self._flat, str(folder / VECTORS))
        (folder / CHUNKS).write_text(json.dumps(self.chunks), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> "Baseline":
        """Load the model and what ``save`` wrote."""
        chunks = json.loads((folder / CHUNKS).read_text(encoding="utf-8"))
        return cls(chunks, load_baseline_model(), faiss.read_index(str(folder / VECTORS)))

    def ask_on_all_processors(self, question: str) -> list[ScoredChunk]:
        """Return the same, found with a thread for each processor."""
        threads = torch.get_num_threads()
        torch.set_num_threads(count_all_cpus())
        try:
            return self.ask(question)
        finally:
            torch.set_num_threads(threads)

    def ask(self, question: str, k: int = 5) -> list[ScoredChunk]:
        """Return the nearest chunks, best first."""
        scores, rows = self._flat.search(self._model.encode([question], normalize_embeddings=True), k)
        nearest = zip(rows[0].tolist(), scores[0].tolist(), strict=True)
        return [ScoredChunk(self.chunks[row], score) for row, score in nearest if row >= 0]


def create_baseline_app(baseline: Baseline) -> "Flask":
    """Return an application whose ``POST /v1/ask`` returns the nearest chunks."""
    from flask import Flask, jsonify, request
    from flask.typing import ResponseReturnValue

    flask = Flask("baseline")

    @flask.post("/v1/ask")
    def ask() -> ResponseReturnValue:
        return jsonify(passages=baseline.ask(request.get_json()["question"]))

    return flask


@click.command()
@click.argument("port", type=click.IntRange(0, 65535))
@click.argument("corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
def main(port: int, corpus: Path) -> None:
    """Serve the baseline in the folder CORPUS on PORT; 0 takes a free one."""
    from waitress import create_server

    # A line for each request that waits, which with many clients is every one.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(create_baseline_app(Baseline.open(corpus)), host="127.0.0.1", port=port)
    click.echo(f"The baseline answers on http://127.0.0.1:{server.effective_port}")
    server.run()


if __name__ == "__main__":
    main()

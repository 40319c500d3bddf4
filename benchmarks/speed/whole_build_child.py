"""One build in a process of its own: what it took.

python -m benchmarks.speed.whole_build_child TEXTS INDEX
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import click
import numpy as np

from benchmarks.speed.memory import read_peak_mb, read_resident_mb
from index.build.pipeline import build_index
from index.embedding import load_encoder
from index.settings import IndexSettings
from index.types import Embeddings, Encoder, Tokens

DIMENSION, WORDS = 384, 30_000


@dataclass(frozen=True, slots=True)
class WholeBuild:
    """What became of the files, the seconds and the peak of memory that it took, and the size of the generation."""

    documents: int
    passages: int
    units: int
    seconds: float
    before_mb: float
    peak_mb: float
    disk_mb: float


class CheapEncoder:
    """Counts tokens as the default model does; a vector is the sum of a random one for each word."""

    name, fingerprint, workers = "cheap", "0" * 64, 1

    def __init__(self, real: Encoder) -> None:
        """Draw the vectors of words."""
        self._real, self._numbers = real, dict[str, int]()
        self._vectors = np.random.default_rng(0).standard_normal((WORDS, DIMENSION), dtype=np.float32)
        self.max_tokens, self.vocabulary = real.max_tokens, real.vocabulary
        self.count_tokens, self.count_question_tokens = real.count_tokens, real.count_question_tokens

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts."""
        found = [self._encode(text) for text in texts]
        return Embeddings(np.stack([vector for vector, _ in found]), tuple(tokens for _, tokens in found))

    encode_questions = encode_passages

    def _encode(self, text: str) -> tuple[np.ndarray, Tokens]:
        numbers = [self._numbers.setdefault(word, len(self._numbers) % WORDS) for word in text.split()]
        rows = self._vectors[numbers]
        vector = rows.sum(axis=0)
        tokens = Tokens(np.array(numbers, dtype=np.int64), rows / np.linalg.norm(rows, axis=1, keepdims=True))
        return vector / max(float(np.linalg.norm(vector)), 1e-6), tokens

    def save(self, folder: Path) -> None:
        """Write nothing."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Accept any texts: nothing is quantized."""


@click.command()
@click.argument("texts", type=click.Path(path_type=Path, exists=True))
@click.argument("index", type=click.Path(path_type=Path))
def main(texts: Path, index: Path) -> None:
    """Build an index of the folder TEXTS in the folder INDEX."""
    encoder = CheapEncoder(load_encoder())
    before, started = read_resident_mb(), perf_counter()
    manifest = build_index(texts, IndexSettings(index=str(index)), encoder).manifest
    seconds, peak = perf_counter() - started, read_peak_mb()
    disk = sum(file.size for file in manifest.files.values()) / 1e6
    click.echo(
        json.dumps(asdict(WholeBuild(**manifest.counts, seconds=seconds, before_mb=before, peak_mb=peak, disk_mb=disk)))
    )


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.speed.whole_build_child")

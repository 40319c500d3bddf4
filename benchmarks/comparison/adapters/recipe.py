"""The plain recipe: chunks of 500 characters, ``SentenceTransformer.encode``, a flat FAISS index."""

import json
from typing import Any

from benchmarks.comparison.protocol import TOP_K, Place, Reply, Result, cut_chunks, find_packaged_model

CHUNKS, VECTORS = "chunks.json", "vectors.faiss"


class PeerAdapter:
    """What a good engineer writes in an afternoon."""

    def __init__(self, place: Place) -> None:
        """Remember where to work."""
        self._place = place

    def build(self) -> None:
        """Embed every chunk and write chunks and vectors."""
        import faiss
        import numpy as np

        texts = {path.name: path.read_text(encoding="utf-8") for path in self._place.list_texts()}
        chunks = [(name, chunk) for name, text in texts.items() for chunk in cut_chunks(text)]
        model = _load_model()
        vectors = np.asarray(model.encode([text for _, text in chunks], normalize_embeddings=True), dtype=np.float32)
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(vectors)
        self._place.index.mkdir(parents=True, exist_ok=True)
        faiss.write_index(flat, str(self._place.index / VECTORS))
        (self._place.index / CHUNKS).write_text(json.dumps(chunks), encoding="utf-8")

    def open(self) -> None:
        """Load chunks, vectors and model."""
        import faiss

        self._chunks = json.loads((self._place.index / CHUNKS).read_text(encoding="utf-8"))
        self._flat = faiss.read_index(str(self._place.index / VECTORS))
        self._model = _load_model()

    def ask(self, question: str) -> Reply:
        """Return the nearest chunks."""
        vector = self._model.encode([question], normalize_embeddings=True, show_progress_bar=False)
        scores, rows = self._flat.search(vector, TOP_K)
        found = [
            (*self._chunks[row], score) for row, score in zip(rows[0], scores[0].tolist(), strict=True) if row >= 0
        ]
        return Reply([Result(name, text, score) for name, text, score in found])


def _load_model() -> Any:  # noqa: ANN401  (the library is not in the environment of the type checker's run)
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(find_packaged_model(), device="cpu", local_files_only=True)

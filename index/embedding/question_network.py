"""The distilled network of the default model: three layers that give a question nearly the vectors that its six give.

Passages stay with the model's own network, so an index is the same with it (asymmetric encoding: LEAF, Vujanic &
Rueckstiess 2025, arXiv 2509.12539). ``benchmarks/training/questions`` trains it, ``docs/question-network.md`` has its
measured quality.
"""

import json
from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding.weight_names import LAYER, WORD_EMBEDDINGS, Weights

# What is shipped: the weights in half precision, without the embeddings of words, which are those of the model; and
# what they were trained on and for.
SHIPPED = Path(__file__).with_name("questions")
WEIGHTS, ABOUT = "network.npz", "about.json"


def hash_weights(folder: Path = SHIPPED) -> str:
    """Return the SHA-256 of the weights, as a hex digest."""
    with (folder / WEIGHTS).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def read_about(folder: Path = SHIPPED) -> Mapping[str, Any]:
    """Return what the weights were trained on; ``model`` is the fingerprint of the only model they belong to."""
    about: Mapping[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return about


def write_weights(trained: Weights, about: Mapping[str, Any], folder: Path = SHIPPED) -> None:
    """Write what is shipped of a trained network."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {name: array.astype(np.float16) for name, array in trained.items() if name != WORD_EMBEDDINGS}
    np.savez(folder / WEIGHTS, allow_pickle=False, **own)
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def read_weights(model: Weights, folder: Path = SHIPPED) -> dict[str, Any]:
    """Return the weights of the network, named as transformers does; those that it shares are those of the model."""
    shared = {name: array for name, array in model.items() if not name.startswith(LAYER)}
    with np.load(folder / WEIGHTS, allow_pickle=False) as own:
        return shared | {name: own[name].astype(np.float32) for name in own.files}

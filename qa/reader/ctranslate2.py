"""The reader's network as CTranslate2 runs it: body in whole numbers of a byte, heads in numpy.

Measured on two cores without bfloat16: 2.6 times as fast as torch in float32, and as good (docs/reader.md). The only
module that imports ctranslate2 for the reader; ``benchmarks/training/reader/convert.py`` wrote the files.
"""

from collections.abc import Sequence
from pathlib import Path

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from index.embedding.ctranslate2 import count_cpus
from qa.reader.pairs import Pair
from qa.reader.spans import Logits

BODY, HEADS, TOKENIZER, ABOUT = "body", "heads.npz", "tokenizer.json", "about.json"


class Compiled:
    """A trained network made fast. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Loads it."""
        self._body = ctranslate2.Encoder(
            str(folder / BODY), compute_type="int8", intra_threads=1, inter_threads=count_cpus()
        )
        with np.load(folder / HEADS, allow_pickle=False) as heads:
            self._heads = {name: heads[name].astype(np.float32) for name in heads.files}

    def __call__(self, pairs: Sequence[Pair]) -> tuple[Logits, Logits, Logits]:
        """Start and end logits, shape (pairs, tokens), and the relevance logit of each, shape (pairs,)."""
        types = [[0] * pair.second + [1] * (len(pair.ids) - pair.second) for pair in pairs]
        found = self._body.forward_batch([list(pair.ids) for pair in pairs], token_type_ids=types)
        hidden = np.array(found.last_hidden_state, dtype=np.float32)
        spans = self._linear("span", hidden)
        pooled = np.tanh(self._linear("pool", hidden[:, 0]))
        return spans[..., 0], spans[..., 1], self._linear("relevance", pooled)[:, 0]

    def _linear(self, head: str, inputs: NDArray[np.float32]) -> Logits:
        return np.asarray(inputs @ self._heads[f"{head}.weight"].T + self._heads[f"{head}.bias"], dtype=np.float32)

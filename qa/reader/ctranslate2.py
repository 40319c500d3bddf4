"""The int8-quantized network of the reader: its body runs in CTranslate2, its heads in numpy.

Measured on two cores without bfloat16: 2.6 times as fast as torch in float32, and as good (docs/reader.md). The only
module that imports ctranslate2 for the reader.
"""

from collections.abc import Sequence
from pathlib import Path

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from index.embedding.ctranslate2 import count_cpus
from qa.reader.pairs import TokenPair
from qa.reader.spans import Logits

BODY, HEADS, TOKENIZER = "body", "heads.npz", "tokenizer.json"


class QuantizedNetwork:
    """A trained network, quantized to int8. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Load the network from the folder that ``benchmarks/training/reader/convert.py`` wrote."""
        self._body = ctranslate2.Encoder(
            str(folder / BODY), compute_type="int8", intra_threads=1, inter_threads=count_cpus()
        )
        with np.load(folder / HEADS, allow_pickle=False) as heads:
            self._heads = {name: heads[name].astype(np.float32) for name in heads.files}

    def __call__(self, pairs: Sequence[TokenPair]) -> tuple[Logits, Logits, Logits]:
        """Return start and end logits, shape (pairs, tokens), and the relevance logit of each, shape (pairs,)."""
        output = self._body.forward_batch(
            [pair.ids for pair in pairs], token_type_ids=[pair.type_ids for pair in pairs]
        )
        hidden = np.array(output.last_hidden_state, dtype=np.float32)
        spans = self._apply_head("span", hidden)
        # The vector of the first token summarises the pair.
        pooled = np.tanh(self._apply_head("pool", hidden[:, 0]))
        return spans[..., 0], spans[..., 1], self._apply_head("relevance", pooled)[:, 0]

    def _apply_head(self, head: str, inputs: NDArray[np.float32]) -> Logits:
        return np.asarray(inputs @ self._heads[f"{head}.weight"].T + self._heads[f"{head}.bias"], dtype=np.float32)

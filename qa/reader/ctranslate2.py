"""The int8-quantized network of the reader: its body runs in CTranslate2, its heads in numpy.

Measured on two cores without bfloat16: 2.6 times as fast as torch in float32, and as good (docs/reader.md). The only
module that imports ctranslate2 for the reader.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from index.processors import allow_wide_kernels, count_cpus
from qa.reader.pairs import TokenPair
from qa.reader.spans import Logits, PairLogits

BODY, HEADS, TOKENIZER = "body", "heads.npz", "tokenizer.json"


class QuantizedNetwork:
    """A trained network, quantized to int8. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Load the network from the folder that ``benchmarks/training/reader/convert.py`` wrote."""
        allow_wide_kernels()
        self._workers = count_cpus()
        self._body = ctranslate2.Encoder(
            str(folder / BODY), compute_type="int8", intra_threads=1, inter_threads=self._workers
        )
        with np.load(folder / HEADS, allow_pickle=False) as heads:
            self._heads = {name: heads[name].astype(np.float32) for name in heads.files}

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        # However many callers there are, the body computes as many pairs at once as there are processors.
        return ThreadPoolExecutor(self._workers)

    def __call__(self, pairs: Sequence[TokenPair]) -> list[PairLogits]:
        """Return the logits of each pair, in order, computed on all processors that are idle.

        Each pair is a batch of its own. Measured: batches are no faster, of pairs of 30 tokens either, and padding
        changes the logits a little.
        """
        others = [self._threads.submit(self._run, pair) for pair in pairs[1:]]
        return [*map(self._run, pairs[:1]), *(other.result() for other in others)]

    def _run(self, pair: TokenPair) -> PairLogits:
        output = self._body.forward_batch([pair.ids], token_type_ids=[pair.type_ids])
        hidden = np.array(output.last_hidden_state, dtype=np.float32)[0]
        start, end = self._apply_head("span", hidden).T
        # The vector of the first token summarises the pair.
        pooled = np.tanh(self._apply_head("pool", hidden[0]))
        return PairLogits(start, end, float(self._apply_head("relevance", pooled)[0]))

    def _apply_head(self, head: str, inputs: NDArray[np.float32]) -> Logits:
        return np.asarray(inputs @ self._heads[f"{head}.weight"].T + self._heads[f"{head}.bias"], dtype=np.float32)

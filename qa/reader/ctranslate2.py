"""The int8-quantized network of the reader: its body runs in CTranslate2, its heads in numpy.

Measured on two cores without bfloat16: 2.6 times as fast as torch in float32, and as good (docs/reader.md). The only
module that imports ctranslate2 for the reader.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Semaphore

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
        processors = count_cpus()
        self._body = ctranslate2.Encoder(
            str(folder / BODY), compute_type="int8", intra_threads=1, inter_threads=processors
        )
        # However many callers there are, the body computes as many pairs at once as there are processors.
        self._idle, self._threads = Semaphore(processors), ThreadPoolExecutor(processors)
        with np.load(folder / HEADS, allow_pickle=False) as heads:
            self._heads = {name: heads[name].astype(np.float32) for name in heads.files}

    def __call__(self, pairs: Iterable[TokenPair]) -> Iterator[PairLogits]:
        """Yield the logits of each pair, in order, when they are asked for.

        Meanwhile the next pairs are computed on the processors that are idle, but no more of them than were asked for,
        because they may be in vain. Each pair is a batch of its own. Measured: batches are no faster, of pairs of 30
        tokens either, and padding changes the logits a little.
        """
        waiting, ahead = iter(pairs), deque[Future[PairLogits]]()
        for asked in count(1):
            if ahead:
                logits = ahead.popleft()
                self._compute_ahead(waiting, ahead, asked)
                yield logits.result()
            elif pair := next(waiting, None):
                with self._idle:
                    self._compute_ahead(waiting, ahead, asked)
                    computed = self._run(pair)
                yield computed
            else:
                return

    def _compute_ahead(self, waiting: Iterator[TokenPair], ahead: deque[Future[PairLogits]], most: int) -> None:
        """Start to compute pairs until that many are ahead, or no pair waits, or no processor is idle."""
        while len(ahead) < most and self._idle.acquire(blocking=False):
            started = None
            try:
                if pair := next(waiting, None):
                    started = self._threads.submit(self._run, pair)
            finally:
                if not started:
                    self._idle.release()
            if not started:
                return
            started.add_done_callback(lambda _: self._idle.release())
            ahead.append(started)

    def _run(self, pair: TokenPair) -> PairLogits:
        output = self._body.forward_batch([pair.ids], token_type_ids=[pair.type_ids])
        hidden = np.array(output.last_hidden_state, dtype=np.float32)[0]
        start, end = self._apply_head("span", hidden).T
        # The vector of the first token summarises the pair.
        pooled = np.tanh(self._apply_head("pool", hidden[0]))
        return PairLogits(start, end, float(self._apply_head("relevance", pooled)[0]))

    def _apply_head(self, head: str, inputs: NDArray[np.float32]) -> Logits:
        return np.asarray(inputs @ self._heads[f"{head}.weight"].T + self._heads[f"{head}.bias"], dtype=np.float32)

"""The reader's network as CTranslate2 runs it: body in whole numbers of a byte, heads in numpy.

Measured on two cores without bfloat16: 2.6 times as fast as torch in float32, and as good (docs/reader.md). The only
module that imports ctranslate2.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import ctranslate2
import numpy as np
import torch
from ctranslate2.converters import TransformersConverter
from numpy.typing import NDArray
from transformers import BertModel
from transformers.utils.logging import disable_progress_bar

from qa.reader.network import Network
from qa.reader.pairs import Pair
from qa.reader.spans import Logits

TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


class Compiled:
    """A trained network made fast. Safe to share between threads."""

    def __init__(self, network: Network, base: Path) -> None:
        """``base``: the folder of the model that was trained further; its tokenizer goes along."""
        threads = torch.get_num_threads()
        with TemporaryDirectory() as folder:
            self._body = ctranslate2.Encoder(
                _converted(network, base, Path(folder)),
                compute_type="int8",
                intra_threads=threads,
                inter_threads=max(1, (os.cpu_count() or 1) // threads),
            )
        heads = (network.span, network.pool, network.relevance)
        self._span, self._pool, self._relevance = ((h.weight.detach().numpy(), h.bias.detach().numpy()) for h in heads)

    def __call__(self, pairs: Sequence[Pair]) -> tuple[Logits, Logits, Logits]:
        """Start and end logits, shape (pairs, tokens), and the relevance logit of each, shape (pairs,)."""
        types = [[0] * pair.second + [1] * (len(pair.ids) - pair.second) for pair in pairs]
        found = self._body.forward_batch([list(pair.ids) for pair in pairs], token_type_ids=types)
        hidden = np.array(found.last_hidden_state, dtype=np.float32)
        spans = _linear(hidden, self._span)
        pooled = np.tanh(_linear(hidden[:, 0], self._pool))
        return spans[..., 0], spans[..., 1], _linear(pooled, self._relevance)[:, 0]


def _linear(inputs: Logits, head: tuple[NDArray[np.float32], NDArray[np.float32]]) -> Logits:
    weight, bias = head
    return np.asarray(inputs @ weight.T + bias, dtype=np.float32)


def _converted(network: Network, base: Path, folder: Path) -> str:
    disable_progress_bar()  # type: ignore[no-untyped-call]
    plain = folder / "plain"
    body = BertModel(network.bert.config)
    body.load_state_dict(network.bert.state_dict(), strict=False)  # all but the pooler, which nothing uses
    body.save_pretrained(plain)
    for name in TOKENIZER:
        if (base / name).is_file():
            shutil.copy(base / name, plain)
    return str(TransformersConverter(str(plain)).convert(str(folder / "fast"), quantization="int8"))

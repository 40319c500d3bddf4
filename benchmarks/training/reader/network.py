"""The reader's network: MiniLM over a question and a passage together, with three small heads.

Devlin et al. 2019, "BERT", for the span of the answer; Nogueira & Cho 2019, "Passage Re-ranking with
BERT", for the relevance; Rajpurkar et al. 2018, "Know What You Don't Know", for the span of no answer,
which is the first token. The product reads with what ``benchmarks/training/reader/convert.py`` makes of it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from index.errors import ModelError
from qa.reader.pairs import TokenPair

# Batches are padded to a multiple of this many tokens, so that there are fewer shapes to prepare.
ROUND = 8
NEVER = -1e4


class Network(nn.Module):
    """A network that returns start, end and relevance of a batch of pairs."""

    def __init__(self, base: Path) -> None:
        """Load MiniLM's weights from the folder ``base``; the heads are initialised randomly."""
        super().__init__()
        config = BertConfig.from_pretrained(base, local_files_only=True)
        config._attn_implementation = "eager"  # measured: 1.7 times as fast to train as the fused attention on CPUs
        self.bert = BertModel(config, add_pooling_layer=False)
        missing = self.bert.load_state_dict(load_file(base / "model.safetensors"), strict=False).missing_keys
        if missing:
            raise ModelError(f"{base} has no {missing[0]}: it is not a BERT model, so no reader can be trained from it")
        width = config.hidden_size
        self.span = nn.Linear(width, 2)
        self.pool = nn.Linear(width, width)
        self.relevance = nn.Linear(width, 1)

    def forward(self, pairs: Sequence[TokenPair]) -> tuple[Tensor, Tensor, Tensor]:
        """Return start and end logits, shape (pairs, tokens), and the relevance logit of each, shape (pairs,).

        Only the first token, which stands for no answer, and the passage's words can begin or end one.
        """
        device = self.span.weight.device
        ids, types, mask, words = (tensor.to(device) for tensor in _pad_batch(pairs))
        hidden = self.bert(ids, attention_mask=mask, token_type_ids=types).last_hidden_state.float()
        start, end = self.span(hidden).float().masked_fill(~words[..., None], NEVER).unbind(-1)
        pooled = torch.tanh(self.pool(hidden[:, 0]))
        return start, end, cast(Tensor, self.relevance(pooled)).float().squeeze(-1)


def load_network(base: Path, weights: Path) -> Network:
    """Load the trained network from the ``weights`` that a round of training wrote."""
    network = Network(base)
    network.load_state_dict(load_file(weights))
    return network.eval()


def has_bfloat16() -> bool:
    """Return whether the processor supports bfloat16; emulating it is slower than float32."""
    return any(torch.cpu.get_capabilities().get(name) for name in ("avx512_bf16", "amx_bf16"))


def _pad_batch(pairs: Sequence[TokenPair]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    longest = -(-max(len(pair.ids) for pair in pairs) // ROUND) * ROUND
    ids, types, mask = (torch.zeros(len(pairs), longest, dtype=torch.long) for _ in range(3))
    words = torch.zeros(len(pairs), longest, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        size = len(pair.ids)
        ids[row, :size] = torch.tensor(pair.ids)
        types[row, :size] = torch.tensor(pair.type_ids)
        mask[row, :size] = 1
        words[row, pair.first : pair.first + len(pair.offsets)] = True
    words[:, 0] = True
    return ids, types, mask, words

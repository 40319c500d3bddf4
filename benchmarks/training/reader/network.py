"""The reader's network: MiniLM or MPNet over a question and a passage together, with three small heads.

Devlin et al. 2019, "BERT", for the span of the answer; Nogueira & Cho 2019, "Passage Re-ranking with
BERT", for the relevance; Rajpurkar et al. 2018, "Know What You Don't Know", for the span of no answer,
which is the first token. The product reads with what ``benchmarks/training/reader/convert.py`` makes of it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoConfig, BertModel, MPNetModel, PreTrainedModel

from benchmarks.training.reader.adapters import add_adapters
from index.errors import ModelError
from qa.reader.pairs import PairTokenizer, TokenPair

# Batches are padded to a multiple of this many tokens, so that there are fewer shapes to prepare.
ROUND = 8
NEVER = -1e4
# The kinds of network, and what each calls the second input, which is the ``type_ids`` of a token pair.
BODIES: dict[str, tuple[type[PreTrainedModel], str]] = {
    "bert": (BertModel, "token_type_ids"),
    "mpnet": (MPNetModel, "position_ids"),
}
# Start and end logits, shape (pairs, tokens), and relevance logits, shape (pairs,).
Logits = tuple[Tensor, Tensor, Tensor]


class PaddedPairs(NamedTuple):
    """Token pairs as tensors, each of shape (pairs, tokens): ids, types, which are tokens, which can answer.

    Only the first token, which stands for no answer, and the passage's words can.
    """

    ids: Tensor
    types: Tensor
    mask: Tensor
    words: Tensor


class Network(nn.Module):
    """A network that returns start, end and relevance of a batch of pairs."""

    def __init__(self, base: Path, rank: int = 0) -> None:
        """Load the weights and the tokenizer of the folder ``base``; the heads are initialised randomly.

        With a ``rank``, the body is frozen and low-rank adapters are added to it; otherwise all of it but its
        embeddings is trained.
        """
        super().__init__()
        self.tokenizer, self.rank = PairTokenizer(base / "tokenizer.json"), rank
        config = AutoConfig.from_pretrained(base, local_files_only=True)
        if config.model_type not in BODIES:
            raise ModelError(f"{base} holds a {config.model_type}: a reader needs one of {', '.join(BODIES)}")
        body, self._second_input = BODIES[config.model_type]
        config._attn_implementation = "eager"  # measured: 1.7 times as fast to train as the fused attention on CPUs
        # Checkpoints and the groups of parameters know the body by this name, of whichever kind it is.
        self.bert = body(config, add_pooling_layer=False)
        missing = self.bert.load_state_dict(load_file(base / "model.safetensors"), strict=False).missing_keys
        if missing:
            raise ModelError(f"{base} has no {missing[0]}: it is not a model of its kind, so no reader can be trained")
        if rank:
            add_adapters(self.bert, rank)
        self.bert.embeddings.requires_grad_(False)  # few of them are met often enough to learn
        width = config.hidden_size
        self.span = nn.Linear(width, 2)
        self.pool = nn.Linear(width, width)
        self.relevance = nn.Linear(width, 1)

    def forward(self, pairs: Sequence[TokenPair] | PaddedPairs) -> Logits:
        """Return the logits of the pairs."""
        device = self.span.weight.device
        padded = pairs if isinstance(pairs, PaddedPairs) else pad_pairs(pairs)
        ids, types, mask, words = (tensor.to(device, non_blocking=True) for tensor in padded)
        hidden = self.bert(ids, attention_mask=mask, **{self._second_input: types}).last_hidden_state.float()
        start, end = self.span(hidden).float().masked_fill(~words[..., None], NEVER).unbind(-1)
        pooled = torch.tanh(self.pool(hidden[:, 0]))
        return start, end, cast(Tensor, self.relevance(pooled)).float().squeeze(-1)

    def list_trained(self) -> dict[str, Tensor]:
        """Return the parameters that training changes; the base has the others."""
        return {name: parameter.detach() for name, parameter in self.named_parameters() if parameter.requires_grad}

    def load_trained(self, tensors: Mapping[str, Tensor]) -> None:
        """Load what ``list_trained`` returned; other parameters of the network may be among it."""
        missing = self.list_trained().keys() - tensors.keys()
        unexpected = self.load_state_dict(tensors, strict=False).unexpected_keys
        if missing or unexpected:
            raise ModelError(
                f"these weights are of another network ({len(missing)} are missing, {len(unexpected)} unknown): "
                "choose the same base and rank as in training, or another checkpoint"
            )


def write_trained(network: Network, path: Path, about: Mapping[str, Any]) -> None:
    """Write the trained parameters in half precision: adapters take a few megabytes.

    ``about`` tells what the network was trained on, and how.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.cpu().half() for name, tensor in network.list_trained().items()}
    save_file(tensors, path, metadata={"rank": str(network.rank), "about": json.dumps(about)})


def load_network(base: Path, trained: Path) -> tuple[Network, dict[str, Any]]:
    """Return the network that ``write_trained`` wrote, for reading only, and what it was trained on."""
    with safe_open(trained, "pt") as file:
        metadata = file.metadata()
    network = Network(base, int(metadata["rank"]))
    network.load_trained(load_file(trained))
    return network.eval().requires_grad_(False), json.loads(metadata["about"])


def average_trained(paths: Sequence[Path], path: Path) -> None:
    """Write the mean of networks trained from the same base: it reads better than each (Wortsman et al. 2022).

    Raise ModelError if they are not of one base and rank.
    """
    states = [load_file(each) for each in paths]
    if len({tuple(sorted((name, tensor.shape) for name, tensor in state.items())) for state in states}) > 1:
        raise ModelError("these networks have other parameters: average those of one base and rank")
    metadata = []
    for each in paths:
        with safe_open(each, "pt") as file:
            metadata.append(file.metadata())
    about = json.loads(metadata[-1]["about"])
    about["averaged"] = [json.loads(one["about"])["plan"] for one in metadata]
    mean = {name: sum(state[name].float() for state in states) / len(states) for name in states[0]}
    halves = {name: torch.as_tensor(tensor).half() for name, tensor in mean.items()}
    save_file(halves, path, metadata={"rank": metadata[-1]["rank"], "about": json.dumps(about)})


def has_bfloat16() -> bool:
    """Return whether the processor supports bfloat16; emulating it is slower than float32."""
    return any(torch.cpu.get_capabilities().get(name) for name in ("avx512_bf16", "amx_bf16"))


def pad_pairs(pairs: Sequence[TokenPair]) -> PaddedPairs:
    """Return the pairs as tensors as long as the longest, or a little longer."""
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
    return PaddedPairs(ids, types, mask, words)

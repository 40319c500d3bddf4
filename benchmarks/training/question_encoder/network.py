"""An encoder with a few of MiniLM's layers, whose vectors of questions are near those of all of them.

Passages stay as they are, so the index does too: only a question passes through fewer layers (Xu et al. 2022,
"LEAD: Liberal Feature-based Distillation"; Vujanic & Rueckstiess 2025, "LEAF").
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import normalize
from transformers import AutoConfig, BertModel

# Which layers of six a student of so many begins with: evenly over all, the last among them.
BEGINS = {1: (5,), 2: (2, 5), 3: (1, 3, 5), 4: (0, 2, 3, 5), 6: (0, 1, 2, 3, 4, 5)}


class SentenceEncoder(nn.Module):
    """MiniLM, or some of its layers: returns the normalised mean of a text's tokens."""

    def __init__(self, base: Path, layers: int = 6) -> None:
        """Load the weights of the folder ``base``. Raise KeyError if so many layers have no beginning."""
        super().__init__()
        config = AutoConfig.from_pretrained(base, local_files_only=True)
        kept = BEGINS[layers]
        config.num_hidden_layers = layers
        self.bert = BertModel(config, add_pooling_layer=False)
        self.bert.load_state_dict(_keep_layers(load_file(base / "model.safetensors"), kept), strict=False)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return vectors, shape (texts, width), of token ids and their mask, shape (texts, tokens)."""
        hidden = self.bert(ids, attention_mask=mask).last_hidden_state.float()
        weights = mask[..., None].float()
        return normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)


def _keep_layers(tensors: dict[str, Tensor], kept: Sequence[int]) -> dict[str, Tensor]:
    """Return the tensors without those of other layers, the kept ones numbered anew."""
    numbers = {f"encoder.layer.{old}.": f"encoder.layer.{new}." for new, old in enumerate(kept)}
    renamed = {}
    for name, tensor in tensors.items():
        start = ".".join(name.split(".")[:3]) + "."
        if not name.startswith("encoder.layer."):
            renamed[name] = tensor
        elif start in numbers:
            renamed[numbers[start] + name.removeprefix(start)] = tensor
    return renamed


def list_trained(network: SentenceEncoder) -> dict[str, Tensor]:
    """Return the parameters that training changes, in half precision: all but the embeddings."""
    return {
        name: parameter.detach().cpu().half()
        for name, parameter in network.named_parameters()
        if "embeddings" not in name
    }


@torch.no_grad()
def measure_cosines(student: SentenceEncoder, teacher: SentenceEncoder, ids: Tensor, mask: Tensor) -> Tensor:
    """Return the cosine of both vectors of each text, shape (texts,)."""
    return (student(ids, mask) * teacher(ids, mask)).sum(-1)

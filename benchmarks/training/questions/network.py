"""The model as the teacher of a network with fewer of its layers."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cosine_similarity
from transformers import BertModel

from index.embedding.weight_names import WORD_EMBEDDINGS, Weights

# The layers of the model that the network begins with: the one that sees words, the one that makes the vectors, and one
# between them. With those two alone, nDCG@10 of mode fast fell by 0.006 on handbooks and 0.009 on SciFact.
LAYERS = (0, 2, 5)
# Longer texts are cut: questions are short.
MAX_TOKENS = 64


class Batch(NamedTuple):
    """Texts as tensors of shape (texts, tokens): the ids, and 1 where there is a token."""

    ids: Tensor
    mask: Tensor


def load_network(folder: Path, layers: Sequence[int] | None = None) -> BertModel:
    """Load the network of a sentence-transformers model, all of it or only these layers."""
    # Questions are so short that torch's fused attention is slower: a step of texts of 13 tokens took half as long
    # again with it.
    network = BertModel.from_pretrained(
        folder, add_pooling_layer=False, local_files_only=True, attn_implementation="eager"
    )
    if layers is not None:
        network.encoder.layer = torch.nn.ModuleList([network.encoder.layer[number] for number in layers])
        network.config.num_hidden_layers = len(layers)
    # The vectors of words stay those of the model: a word that no text here has keeps its meaning.
    network.embeddings.word_embeddings.requires_grad_(False)
    # No dropout: the teacher is always right, and few passes over many texts do not need it.
    network.eval()  # type: ignore[no-untyped-call]
    return network


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load the tokenizer of a model, which cuts a text at ``MAX_TOKENS``."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def pad_texts(texts: Sequence[Sequence[int]]) -> Batch:
    """Return the ids of texts as tensors, padded to the longest."""
    rows = [torch.tensor(ids) for ids in texts]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    lengths = torch.tensor([len(ids) for ids in texts])
    return Batch(ids, (torch.arange(ids.shape[1]) < lengths[:, None]).long())


def compute_losses(network: BertModel, teacher: BertModel, batch: Batch) -> Tensor:
    """Return how far the vectors are from the teacher's, shape (2,): of tokens, and of whole texts.

    That of tokens is the squared distance as a share of the teacher's squared length, because late interaction compares
    tokens. That of texts is 1 less the cosine of the means, which is what the dense leg compares.
    """
    with torch.no_grad():
        right = teacher(batch.ids, batch.mask).last_hidden_state.float()
    found = network(batch.ids, batch.mask).last_hidden_state.float()
    tokens = batch.mask.bool()
    distance = (found[tokens] - right[tokens]).square().sum() / right[tokens].square().sum()
    cosines = cosine_similarity(_pool(found, batch.mask), _pool(right, batch.mask), dim=-1)
    return torch.stack([distance, 1 - cosines.mean()])


def _pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of each text's tokens, shape (texts, dimension)."""
    weights = mask[..., None].float()
    return (hidden * weights).sum(1) / weights.sum(1)


def list_own_weights(network: BertModel) -> Weights:
    """Return the weights that the teacher does not have, by the names that transformers gives them."""
    return {name: value.numpy() for name, value in network.state_dict().items() if name != WORD_EMBEDDINGS}

"""MPNet for CTranslate2, which has no converter for it: from its weights alone, without torch and transformers.

It has T5's relative attention bias (Song et al. 2020; Raffel et al. 2020), which CTranslate2 runs, and absolute
positions besides, which it then does not: they are given as a second embedding, in the place of BERT's token types.
Who runs it numbers the tokens so, from 2, because the positions before belong to padding. Measured in float32: no value
differs from torch's by more than 5e-6.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.converters import utils
from ctranslate2.specs import common_spec
from ctranslate2.specs.transformer_spec import TransformerEncoderModelSpec, TransformerEncoderSpec
from numpy.typing import NDArray

# Tokens farther apart share one bias; a constant in MPNet.
MAX_DISTANCE = np.int32(128)
UNKNOWN = "[UNK]"
Weights = Mapping[str, NDArray[np.float32]]


def build_spec(weights: Weights, base: Path) -> TransformerEncoderModelSpec:
    """Return the network with these weights, named as transformers does, as CTranslate2 describes it.

    ``base`` is the folder with its ``config.json`` and ``tokenizer.json``.
    """
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    encoder = TransformerEncoderSpec(
        config["num_hidden_layers"],
        config["num_attention_heads"],
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
        relative_attention_bias=True,
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = weights["embeddings.word_embeddings.weight"]
    encoder.embeddings[1].weight = weights["embeddings.position_embeddings.weight"]
    _set_layer_norm(encoder.layernorm_embedding, weights, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        _set_layer(layer, weights, f"encoder.layer.{number}")
    spec = TransformerEncoderModelSpec(encoder)
    spec.config.unk_token = UNKNOWN
    spec.config.layer_norm_epsilon = config["layer_norm_eps"]
    spec.register_vocabulary(_list_tokens(base))
    return spec


def _set_layer(layer: Any, weights: Weights, name: str) -> None:  # noqa: ANN401 — ctranslate2 has no types
    attention = layer.self_attention
    parts = [common_spec.LinearSpec() for _ in range(3)]
    for part, letter in zip(parts, "qkv", strict=True):
        _set_linear(part, weights, f"{name}.attention.attn.{letter}")
    utils.fuse_linear(attention.linear[0], parts)
    _set_linear(attention.linear[1], weights, f"{name}.attention.attn.o")
    _set_layer_norm(attention.layer_norm, weights, f"{name}.attention.LayerNorm")
    attention.relative_attention_bias = weights["encoder.relative_attention_bias.weight"]
    attention.relative_attention_max_distance = MAX_DISTANCE
    _set_linear(layer.ffn.linear_0, weights, f"{name}.intermediate.dense")
    _set_linear(layer.ffn.linear_1, weights, f"{name}.output.dense")
    _set_layer_norm(layer.ffn.layer_norm, weights, f"{name}.output.LayerNorm")


def _set_linear(spec: Any, weights: Weights, name: str) -> None:  # noqa: ANN401 — as above
    spec.weight, spec.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _set_layer_norm(spec: Any, weights: Weights, name: str) -> None:  # noqa: ANN401 — as above
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _list_tokens(base: Path) -> Sequence[str]:
    """Return the vocabulary in the order of its ids."""
    tokenizer = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))
    ids = tokenizer["model"]["vocab"] | {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    return sorted(ids, key=ids.__getitem__)

"""BERT for CTranslate2 from its weights alone, without torch and transformers.

The same network as that of CTranslate2's own converter, which loads the model with both: byte by byte, after
quantization (``tests/index/embedding/test_default_model.py``).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.converters import utils
from ctranslate2.specs import common_spec
from ctranslate2.specs.transformer_spec import TransformerEncoderModelSpec, TransformerEncoderSpec
from numpy.typing import NDArray

UNKNOWN = "[UNK]"
Weights = Mapping[str, NDArray[np.float32]]


def build_bert(weights: Weights, folder: Path) -> TransformerEncoderModelSpec:
    """Return the network with these weights, named as transformers does, as CTranslate2 describes it.

    ``folder`` has its ``config.json`` and ``tokenizer.json``.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    encoder = TransformerEncoderSpec(
        config["num_hidden_layers"],
        config["num_attention_heads"],
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = weights["embeddings.word_embeddings.weight"]
    encoder.embeddings[1].weight = weights["embeddings.token_type_embeddings.weight"]
    encoder.position_encodings.encodings = weights["embeddings.position_embeddings.weight"]
    _set_layer_norm(encoder.layernorm_embedding, weights, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        _set_layer(layer, weights, f"encoder.layer.{number}")
    spec = TransformerEncoderModelSpec(encoder, pooling_layer=True, pooling_activation=common_spec.Activation.Tanh)
    _set_linear(spec.pooler_dense, weights, "pooler.dense")
    spec.config.unk_token = UNKNOWN
    spec.config.layer_norm_epsilon = config["layer_norm_eps"]
    spec.register_vocabulary(_list_tokens(folder))
    return spec


def _set_layer(layer: Any, weights: Weights, name: str) -> None:  # noqa: ANN401 — ctranslate2 has no types
    attention = layer.self_attention
    parts = [common_spec.LinearSpec() for _ in range(3)]
    for part, kind in zip(parts, ("query", "key", "value"), strict=True):
        _set_linear(part, weights, f"{name}.attention.self.{kind}")
    utils.fuse_linear(attention.linear[0], parts)
    _set_linear(attention.linear[1], weights, f"{name}.attention.output.dense")
    _set_layer_norm(attention.layer_norm, weights, f"{name}.attention.output.LayerNorm")
    _set_linear(layer.ffn.linear_0, weights, f"{name}.intermediate.dense")
    _set_linear(layer.ffn.linear_1, weights, f"{name}.output.dense")
    _set_layer_norm(layer.ffn.layer_norm, weights, f"{name}.output.LayerNorm")


def _set_linear(spec: Any, weights: Weights, name: str) -> None:  # noqa: ANN401 — as above
    spec.weight, spec.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _set_layer_norm(spec: Any, weights: Weights, name: str) -> None:  # noqa: ANN401 — as above
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _list_tokens(folder: Path) -> list[str]:
    """Return the vocabulary in the order of its ids."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    ids = tokenizer["model"]["vocab"] | {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    return sorted(ids, key=ids.__getitem__)

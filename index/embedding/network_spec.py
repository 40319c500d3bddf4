"""What BERT and MPNet have in common when they are described to CTranslate2 from their weights alone.

Neither torch nor transformers is needed for that, so a machine that only serves can make a network.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ctranslate2.converters import utils
from ctranslate2.specs import common_spec
from ctranslate2.specs.transformer_spec import TransformerEncoderModelSpec, TransformerEncoderSpec

from index.embedding.weight_names import WORD_EMBEDDINGS, Weights

UNKNOWN = "[UNK]"


def read_config(folder: Path) -> dict[str, Any]:
    """Return the ``config.json`` of a model."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config


def start_encoder(config: Mapping[str, Any], weights: Weights, second: str, **options: bool) -> TransformerEncoderSpec:
    """Return an encoder that adds a second embedding, of that name, to the words'; its layers are still empty."""
    encoder = TransformerEncoderSpec(
        config["num_hidden_layers"],
        config["num_attention_heads"],
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
        **options,
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = weights[WORD_EMBEDDINGS]
    encoder.embeddings[1].weight = weights[f"embeddings.{second}.weight"]
    set_layer_norm(encoder.layernorm_embedding, weights, "embeddings.LayerNorm")
    return encoder


def finish_model(spec: TransformerEncoderModelSpec, config: Mapping[str, Any], folder: Path) -> None:
    """Add what the model takes from its configuration and its tokenizer."""
    spec.config.unk_token = UNKNOWN
    spec.config.layer_norm_epsilon = config["layer_norm_eps"]
    spec.register_vocabulary(_list_tokens(folder))


def set_attention(attention: Any, weights: Weights, projections: Sequence[str], output: str) -> None:  # noqa: ANN401 — ctranslate2 has no types
    """Set the weights of an attention: the projections of query, key and value, and that of the output."""
    parts = [common_spec.LinearSpec() for _ in projections]
    for part, name in zip(parts, projections, strict=True):
        set_linear(part, weights, name)
    utils.fuse_linear(attention.linear[0], parts)
    set_linear(attention.linear[1], weights, output)


def set_feed_forward(layer: Any, weights: Weights, name: str) -> None:  # noqa: ANN401 — as above
    """Set the weights of what follows the attention in a layer."""
    set_linear(layer.ffn.linear_0, weights, f"{name}.intermediate.dense")
    set_linear(layer.ffn.linear_1, weights, f"{name}.output.dense")
    set_layer_norm(layer.ffn.layer_norm, weights, f"{name}.output.LayerNorm")


def set_linear(spec: Any, weights: Weights, name: str) -> None:  # noqa: ANN401 — as above
    """Set the weights of a linear layer."""
    spec.weight, spec.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def set_layer_norm(spec: Any, weights: Weights, name: str) -> None:  # noqa: ANN401 — as above
    """Set the weights of a layer normalization."""
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _list_tokens(folder: Path) -> list[str]:
    """Return the vocabulary in the order of its ids."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    ids = tokenizer["model"]["vocab"] | {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    return sorted(ids, key=ids.__getitem__)

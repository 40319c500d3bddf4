"""MPNet for CTranslate2, which has no converter for it: from its weights alone, without torch and transformers.

It has T5's relative attention bias (Song et al. 2020; Raffel et al. 2020), which CTranslate2 runs, and absolute
positions besides, which it then does not: they are given as a second embedding, in the place of BERT's token types.
Who runs it numbers the tokens so, from 2, because the positions before belong to padding. Measured in float32: no value
differs from torch's by more than 5e-6.
"""

from pathlib import Path

import numpy as np
from ctranslate2.specs.transformer_spec import TransformerEncoderModelSpec

from index.embedding.network_spec import (
    finish_model,
    read_config,
    set_attention,
    set_feed_forward,
    set_layer_norm,
    start_encoder,
)
from index.embedding.weight_names import Weights

# Tokens farther apart share one bias; a constant in MPNet.
MAX_DISTANCE = np.int32(128)


def build_mpnet(weights: Weights, base: Path) -> TransformerEncoderModelSpec:
    """Return the network with these weights, named as transformers does, as CTranslate2 describes it.

    ``base`` is the folder with its ``config.json`` and ``tokenizer.json``.
    """
    config = read_config(base)
    encoder = start_encoder(config, weights, "position_embeddings", relative_attention_bias=True)
    for number, layer in enumerate(encoder.layer):
        name, attention = f"encoder.layer.{number}", layer.self_attention
        projections = [f"{name}.attention.attn.{letter}" for letter in "qkv"]
        set_attention(attention, weights, projections, f"{name}.attention.attn.o")
        set_layer_norm(attention.layer_norm, weights, f"{name}.attention.LayerNorm")
        attention.relative_attention_bias = weights["encoder.relative_attention_bias.weight"]
        attention.relative_attention_max_distance = MAX_DISTANCE
        set_feed_forward(layer, weights, name)
    spec = TransformerEncoderModelSpec(encoder)
    finish_model(spec, config, base)
    return spec

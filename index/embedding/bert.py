"""BERT for CTranslate2 from its weights alone, without torch and transformers.

The same network as that of CTranslate2's own converter, which loads the model with both: byte by byte, after
quantization (``tests/index/embedding/test_default_model.py``).
"""

from pathlib import Path

from ctranslate2.specs import common_spec
from ctranslate2.specs.transformer_spec import TransformerEncoderModelSpec

from index.embedding.network_spec import (
    finish_model,
    read_config,
    set_attention,
    set_feed_forward,
    set_layer_norm,
    set_linear,
    start_encoder,
)
from index.embedding.weight_names import LAYER, Weights, count_layers


def build_bert(weights: Weights, folder: Path) -> TransformerEncoderModelSpec:
    """Return the network with these weights, named as transformers does, as CTranslate2 describes it.

    ``folder`` has its ``config.json`` and ``tokenizer.json``; the number of layers is that of the weights.
    """
    config = read_config(folder) | {"num_hidden_layers": count_layers(weights)}
    encoder = start_encoder(config, weights, "token_type_embeddings")
    encoder.position_encodings.encodings = weights["embeddings.position_embeddings.weight"]
    for number, layer in enumerate(encoder.layer):
        name = f"{LAYER}{number}"
        projections = [f"{name}.attention.self.{kind}" for kind in ("query", "key", "value")]
        set_attention(layer.self_attention, weights, projections, f"{name}.attention.output.dense")
        set_layer_norm(layer.self_attention.layer_norm, weights, f"{name}.attention.output.LayerNorm")
        set_feed_forward(layer, weights, name)
    spec = TransformerEncoderModelSpec(encoder, pooling_layer=True, pooling_activation=common_spec.Activation.Tanh)
    set_linear(spec.pooler_dense, weights, "pooler.dense")
    finish_model(spec, config, folder)
    return spec

"""MPNet for CTranslate2, whose converter does not know it.

It has T5's relative attention bias (Song et al. 2020; Raffel et al. 2020), which CTranslate2 runs, and absolute
positions besides, which it then does not: they are given as a second embedding, in the place of BERT's token types.
``qa/reader/pairs.py`` numbers the tokens so. Measured in float32: no value differs from torch's by more than 5e-6.
"""

from typing import Any

import numpy as np
from ctranslate2.converters import utils
from ctranslate2.converters.transformers import _SUPPORTED_ACTIVATIONS, BertLoader, register_loader
from ctranslate2.specs import common_spec
from ctranslate2.specs.transformer_spec import TransformerEncoderModelSpec, TransformerEncoderSpec

# Tokens farther apart share one bias; a constant in MPNet.
MAX_DISTANCE = np.int32(128)


@register_loader("MPNetConfig")
class MPNetLoader(BertLoader):  # type: ignore[misc]  # ctranslate2 has no types
    """Converts ``MPNetModel``; vocabulary and configuration are those of BERT."""

    @property
    def architecture_name(self) -> str:
        """The class of transformers to load."""
        return "MPNetModel"

    def get_model_spec(self, model: Any) -> TransformerEncoderModelSpec:  # noqa: ANN401 — as in ctranslate2
        """Return the weights as CTranslate2 names them."""
        config = model.config
        encoder = TransformerEncoderSpec(
            config.num_hidden_layers,
            config.num_attention_heads,
            pre_norm=False,
            activation=_SUPPORTED_ACTIVATIONS[config.hidden_act],
            layernorm_embedding=True,
            num_source_embeddings=2,
            embeddings_merge=common_spec.EmbeddingsMerge.ADD,
            relative_attention_bias=True,
        )
        encoder.scale_embeddings = False
        self.set_embeddings(encoder.embeddings[0], model.embeddings.word_embeddings)
        self.set_embeddings(encoder.embeddings[1], model.embeddings.position_embeddings)
        self.set_layer_norm(encoder.layernorm_embedding, model.embeddings.LayerNorm)
        bias = model.encoder.relative_attention_bias.weight
        for spec, layer in zip(encoder.layer, model.encoder.layer, strict=True):
            self._set_layer(spec, layer)
            spec.self_attention.relative_attention_bias = bias
            spec.self_attention.relative_attention_max_distance = MAX_DISTANCE
        return TransformerEncoderModelSpec(encoder)

    def _set_layer(self, spec: Any, layer: Any) -> None:  # noqa: ANN401 — as in ctranslate2
        attention = layer.attention.attn
        parts = [common_spec.LinearSpec() for _ in range(3)]
        for part, linear in zip(parts, (attention.q, attention.k, attention.v), strict=True):
            self.set_linear(part, linear)
        utils.fuse_linear(spec.self_attention.linear[0], parts)
        self.set_linear(spec.self_attention.linear[1], attention.o)
        self.set_layer_norm(spec.self_attention.layer_norm, layer.attention.LayerNorm)
        self.set_linear(spec.ffn.linear_0, layer.intermediate.dense)
        self.set_linear(spec.ffn.linear_1, layer.output.dense)
        self.set_layer_norm(spec.ffn.layer_norm, layer.output.LayerNorm)

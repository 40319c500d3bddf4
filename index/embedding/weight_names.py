"""The names that transformers gives the weights of a network; imports no library of networks."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# Arrays by the names that transformers gives them.
Weights = Mapping[str, NDArray[np.float32]]
WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"
# What comes before the number of a layer.
LAYER = "encoder.layer."


def count_layers(weights: Weights) -> int:
    """Return the number of layers that the weights are for."""
    return len({name.removeprefix(LAYER).partition(".")[0] for name in weights if name.startswith(LAYER)})

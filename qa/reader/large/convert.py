"""Join the base of the large reader with its adapters, and quantize it."""

from pathlib import Path

import numpy as np

from index.embedding.convert import write_quantized
from index.embedding.mpnet import build_mpnet
from index.errors import ModelError
from qa.reader.large.adapters import read_products


def convert_body(base: Path, adapters: Path, folder: Path) -> None:
    """Write the network of the folder ``base``, with these adapters, in int8 to a new folder.

    Raise ModelError if the library that reads its weights is not installed, or if the adapters are of another network.
    """
    try:
        from safetensors.numpy import load_file
    except ImportError as error:
        raise ModelError(
            "the large reader cannot be made without safetensors: pip install safetensors, or copy the folder of models"
            " from a machine that has made it"
        ) from error
    weights = {name: array.astype(np.float32) for name, array in load_file(base / "model.safetensors").items()}
    for name, product in read_products(adapters).items():
        if name not in weights or weights[name].shape != product.shape:
            raise ModelError(f"{adapters} is for another network than the one in {base}: it changes {name}")
        weights[name] += product
    write_quantized(build_mpnet(weights, base), folder)

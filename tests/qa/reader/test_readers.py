"""Readers by name, and what they say of real passages."""

from pathlib import Path
from shutil import copytree

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertForQuestionAnswering, BertForSequenceClassification, PreTrainedTokenizerFast

from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from index.errors import ModelError
from qa.reader import load_reader
from qa.reader.reader import SHIPPED, TrainedReader
from qa.types import Reader

FILM = "The film premiered in May. It was directed by Ann Lee and filmed in Kyoto."
TEA = "Green tea is brewed at eighty degrees and left to stand for two minutes."
MARKS = {"unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]"}


@pytest.fixture(scope="module")
def reader() -> Reader:
    found = load_reader("shipped")
    assert found
    return found


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Who directed the film?", "Ann Lee"), ("Where was it filmed?", "Kyoto"), ("When did the film premiere?", "May")],
)
def test_the_shipped_reader_points_at_the_words(reader: Reader, question: str, answer: str) -> None:
    """The right passage is the more relevant one, and its words are the answer, with a preposition at most."""
    right, wrong = reader.read(question, [("Film", FILM), ("Tea", TEA)])
    assert right.relevance > 0 > wrong.relevance
    assert right.answerable > 0 > wrong.answerable
    assert right.span is not None
    assert FILM[right.span.start : right.span.end] in {answer, f"in {answer}"}


def test_a_passage_is_read_alike_in_any_company(reader: Reader) -> None:
    """Beside longer and shorter ones, first or last, exactly."""
    (alone,) = reader.read("Who directed the film?", [("", FILM)])
    among = list(reader.read("Who directed the film?", [("", TEA * 5), ("", "Tea."), ("", FILM), ("", TEA)]))
    assert among[2] == alone
    assert list(reader.read("Who?", [])) == []


def test_the_reader_is_loaded_once_and_none_is_none() -> None:
    """Engines share it; "none" does without."""
    assert load_reader("shipped") is load_reader("shipped")
    assert load_reader("none") is None


def tiny(folder: Path, kind: type, **config: object) -> str:
    """A model of chance weights, as one would be saved from a hub."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *FILM.lower().replace(".", " .").split(), "tea", "who"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(dict.fromkeys(words))}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **MARKS).save_pretrained(folder)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    kind(BertConfig(vocab_size=64, **sizes, **config)).save_pretrained(folder)
    return str(folder)


def test_a_folder_of_the_shipped_form_takes_the_place(tmp_path: Path, reader: Reader) -> None:
    """One that was trained with ``benchmarks/training/reader`` reads without any library that the shipped one lacks."""
    copied = copytree(SHIPPED, tmp_path / "mine")
    mine = load_reader(str(copied))
    assert isinstance(mine, TrainedReader)
    assert mine.name == str(copied)
    passages = [("", "The film was directed by Ann Lee.")]
    assert list(mine.read("Who directed it?", passages)) == list(reader.read("Who directed it?", passages))


def test_a_cross_encoder_takes_the_place_and_gives_no_words(tmp_path: Path) -> None:
    """Its logit counts for both; nothing is pointed at."""
    found = load_reader(tiny(tmp_path, BertForSequenceClassification, num_labels=1))
    assert found
    readings = list(found.read("who directed", [("Film", FILM), ("", TEA), ("Tea", TEA)]))
    assert len(readings) == 3
    assert all(one.relevance == one.answerable and one.span is None for one in readings)


def test_a_model_trained_on_squad_takes_the_place_and_points_at_words(tmp_path: Path) -> None:
    """A span of the passage's own characters."""
    found = load_reader(tiny(tmp_path, BertForQuestionAnswering))
    assert found
    (reading,) = found.read("who directed", [("Film", FILM)])
    assert reading.span is not None
    assert 0 <= reading.span.start < reading.span.end <= len(FILM)
    assert FILM[reading.span.start : reading.span.end].strip() == FILM[reading.span.start : reading.span.end]


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    """An encoder is no reader, nor is an empty folder; the error says what is."""
    with pytest.raises(ModelError, match="CrossEncoder"):
        load_reader(str(find_model_folder(DEFAULT_MODEL)))
    with pytest.raises(ModelError, match=r"config\.json"):
        load_reader(str(tmp_path))

"""How the shipped reader is trained and measured, on examples made by hand."""

import gzip
import json
import random
from pathlib import Path

import pytest
import torch

from benchmarks.articles import ARTICLE_SENTENCES, MAX_PIECE_CHARS, SENTENCES, SQUAD, Article, load_articles
from benchmarks.splits import Part, assign_part
from benchmarks.training.held_out import main as held_out
from benchmarks.training.reader.__main__ import read_rounds
from benchmarks.training.reader.examples import ROUNDS, Example, Text, build_single_examples
from benchmarks.training.reader.network import Network
from benchmarks.training.reader.train import BATCH, compute_losses, prepare_example, train
from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from index.types import Span
from qa.evaluation import load
from qa.reader.ctranslate2 import ABOUT
from qa.reader.pairs import PairTokenizer
from qa.reader.reader import SHIPPED

BASE = find_model_folder(DEFAULT_MODEL)
PAIRS = PairTokenizer(BASE / "tokenizer.json")
FILM = Text("Film", "The film was directed by Ann Lee in Kyoto.")
OTHERS = (
    Text("Tea", "Green tea is brewed at eighty degrees."),
    Text("", "Trains leave at noon."),
    Text("Go", "Go on."),
)
EXAMPLE = Example("qed", "Who directed the film?", FILM, Span(25, 32), OTHERS)


def test_an_article_is_always_in_the_same_part_and_eight_in_ten_are_trained_on() -> None:
    """The parts depend on the article's name alone."""
    parts = [assign_part("qed", f"article {i}") for i in range(3000)]
    assert parts == [assign_part("qed", f"article {i}") for i in range(3000)]
    assert 0.77 < parts.count(Part.TRAIN) / 3000 < 0.83
    assert 0.08 < parts.count(Part.HELD_OUT) / 3000 < 0.12


def test_an_article_joins_its_contexts_and_keeps_the_places_of_the_answers() -> None:
    """The shortest of several answers is the one that is pointed at."""
    article = Article("qed", "a", "A")
    for context in ("Ann Lee, a director, made it.", "Bo made tea.", "Ann Lee, a director, made it."):
        texts = [context[:7], context[:2]]
        article.add({"context": context, "question": "Who?", "answers": [{"text": t, "start": 0} for t in texts]})
    assert article.text == "Ann Lee, a director, made it.\n\nBo made tea."
    assert [article.text[q.span.start : q.span.end] for q in article.questions] == ["An", "Bo", "An"]
    assert article.questions[0].answers == ("Ann Lee", "An")


def test_the_target_tokens_are_those_of_the_answer() -> None:
    """However the question is reworded."""
    for seed in range(20):
        one = prepare_example(EXAMPLE, PAIRS, random.Random(seed), 3)
        assert one.target is not None
        right = one.pairs[0]
        start, end = (right.offsets[place - right.first] for place in one.target)
        assert FILM.words[start[0] : end[1]] == "Ann Lee"
        assert len(one.pairs) == 4


def test_where_the_words_are_not_known_only_the_passage_is_learnt() -> None:
    """Such an example has no target span."""
    assert (
        prepare_example(Example("fairytaleqa", "Who?", FILM, None, OTHERS), PAIRS, random.Random(0), 3).target is None
    )


@pytest.mark.slow
def test_training_lowers_every_loss() -> None:
    """Three steps on one example lower the loss of its span, of its rank and of its relevance."""
    torch.manual_seed(0)
    network = Network(BASE)
    one = prepare_example(EXAMPLE, PAIRS, random.Random(5), 3)
    before = [float(loss.detach()) for loss in compute_losses(network, [one])]
    train(network, PAIRS, [EXAMPLE] * (3 * BATCH), ROUNDS[0], lambda _: None)
    after = [float(loss.detach()) for loss in compute_losses(network, [one])]
    assert all(late < early for early, late in zip(before, after, strict=True))


@pytest.mark.slow
def test_what_is_frozen_stays_and_what_is_read_alone_teaches_only_its_words() -> None:
    """The lowest layers do not change; a passage without wrong ones has no loss of relevance."""
    torch.manual_seed(0)
    network = Network(BASE)
    lone = Example("qed", "Who directed the film?", FILM, Span(25, 32), ())
    span, *relevance = compute_losses(network, [prepare_example(lone, PAIRS, random.Random(5), 3)])
    assert float(span.detach()) > 0
    assert [float(loss) for loss in relevance] == [0.0, 0.0]
    before = [layer.output.dense.weight.detach().clone() for layer in network.bert.encoder.layer]
    train(network, PAIRS, [lone] * BATCH, ROUNDS[1], lambda _: None)
    same = [
        torch.equal(a, layer.output.dense.weight) for a, layer in zip(before, network.bert.encoder.layer, strict=True)
    ]
    assert same == [place < ROUNDS[1].frozen for place in range(len(same))]


def a_set(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_a_long_text_is_read_in_the_piece_that_has_the_answer(tmp_path: Path) -> None:
    """The piece has whole sentences and the span of the answer; held-out articles are not read."""
    long = "It rained all day in the hills. " * 40 + "Ann Lee made the film."
    names = [f"article {i}" for i in range(20)]
    answers = [{"text": "Ann Lee", "start": long.index("Ann Lee")}]
    rows = [
        {"source": "qed", "article": n, "title": "T", "context": long, "question": "Who?", "answers": answers}
        for n in names
    ]
    a_set(tmp_path / "reading", "train", rows)
    found = list(build_single_examples(tmp_path))
    assert len(found) == sum(assign_part("qed", name) is Part.TRAIN for name in names)
    for one in found:
        assert one.answer is not None
        assert one.right.words[one.answer.start : one.answer.end] == "Ann Lee"
        assert len(one.right.words) <= MAX_PIECE_CHARS
        assert one.right.words.startswith("It rained")


def test_sentences_in_a_row_are_an_article_and_the_held_out_ones_are_a_data_set(tmp_path: Path) -> None:
    """Every question of SQuAD has the span of its sentence; questions about held-out articles become a data set."""
    count = 12 * ARTICLE_SENTENCES
    a_set(
        tmp_path / SENTENCES,
        "corpus",
        [{"_id": f"s{i}", "title": "", "text": f"thing {i} is here ."} for i in range(count)],
    )
    a_set(tmp_path / SENTENCES, "queries", [{"_id": f"q{i}", "text": f"where is thing {i} ?"} for i in range(count)])
    rows = "".join(f"q{i}\ts{i}\t1\n" for i in range(count))
    (tmp_path / SENTENCES / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + rows, encoding="utf-8")
    found = load_articles(tmp_path, SQUAD)
    assert [len(article.questions) for article in found] == [ARTICLE_SENTENCES] * 12
    asked = [(q.text, article.text[q.span.start : q.span.end]) for article in found for q in article.questions]
    assert asked[500] == ("where is thing 500 ?", "thing 500 is here .")
    held_out([str(tmp_path), str(tmp_path / "out")], standalone_mode=False)
    kept = {judgement.question for judgement in load(tmp_path / "out" / SENTENCES).judgements}
    assert kept == {q.text for article in found if article.part is Part.HELD_OUT for q in article.questions} != set()


def test_the_page_of_the_shipped_reader_is_of_its_weights() -> None:
    """docs/reader.md states the number of training questions and the size of the shipped files."""
    page = (Path(__file__).parents[2] / "docs" / "reader.md").read_text(encoding="utf-8")
    rounds = read_rounds(SHIPPED / ABOUT)
    size = sum(file.stat().st_size for file in SHIPPED.rglob("*") if file.is_file())
    assert len(rounds) == len(ROUNDS)
    assert all(f"{count:,}" in page for one in rounds for count in one.values())
    assert f"{size / 1e6:.1f} MB" in page
    assert size < 25e6

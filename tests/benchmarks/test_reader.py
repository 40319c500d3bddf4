"""How the shipped reader is trained and measured, on examples made by hand."""

import random
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.articles import Article
from benchmarks.reader.examples import Example, Text
from benchmarks.reader.measure import Asked, measure
from benchmarks.reader.train import BATCH, losses, seen, train
from benchmarks.splits import Part, part
from benchmarks.variety import keywords, slipped, statement, varied
from index.embed import DEFAULT_MODEL, model_folder
from index.types import Span
from qa.reader.network import Network
from qa.reader.pairs import Pairs
from qa.types import Reading

BASE = model_folder(DEFAULT_MODEL)
PAIRS = Pairs(BASE / "tokenizer.json")
FILM = Text("Film", "The film was directed by Ann Lee in Kyoto.")
OTHERS = (
    Text("Tea", "Green tea is brewed at eighty degrees."),
    Text("", "Trains leave at noon."),
    Text("Go", "Go on."),
)
EXAMPLE = Example("qed", "Who directed the film?", FILM, Span(25, 32), OTHERS)


def test_a_statement_has_the_answer_in_place_of_the_question_word() -> None:
    """As a claim that is to be checked has; a question without a known answer stays as it is."""
    assert statement("Who made the film?", "Ann Lee") == "Ann Lee made the film"
    assert statement("How many sons had the king?", "seven") == "seven had the king"
    assert statement("Who made the film?", "") == "Who made the film?"


def test_keywords_are_the_words_that_carry_matter() -> None:
    """Unless hardly any would be left."""
    assert keywords("Who directed the second film of Ann Lee?") == "directed second film Ann Lee"
    assert keywords("Who was it?") == "Who was it?"


@given(st.text(max_size=60), st.integers(0, 50))
def test_a_slip_swaps_or_drops_one_letter(question: str, seed: int) -> None:
    """Nothing is added, and at most one character is lost."""
    typed = slipped(question, random.Random(seed))
    assert len(question) - 1 <= len(typed) <= len(question)
    assert not set(typed) - set(question)


def test_two_questions_in_three_stay_as_they_are() -> None:
    """The others come in every guise; the same chance gives the same."""
    chance = random.Random(1)
    made = [varied("Who directed the second film of Ann Lee?", "Bo", chance) for _ in range(3000)]
    assert 0.6 < made.count("Who directed the second film of Ann Lee?") / 3000 < 0.72
    assert "Bo directed the second film of Ann Lee" in made
    assert varied("Why?", "", random.Random(2)) == varied("Why?", "", random.Random(2))


def test_an_article_is_always_in_the_same_part_and_eight_in_ten_are_trained_on() -> None:
    """The parts depend on the article's name alone."""
    parts = [part("qed", f"article {i}") for i in range(3000)]
    assert parts == [part("qed", f"article {i}") for i in range(3000)]
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
    """Whatever guise the question takes."""
    for seed in range(20):
        one = seen(EXAMPLE, PAIRS, random.Random(seed))
        assert one.target is not None
        right = one.pairs[0]
        start, end = (right.offsets[place - right.first] for place in one.target)
        assert FILM.words[start[0] : end[1]] == "Ann Lee"
        assert len(one.pairs) == 4


def test_where_the_words_are_not_known_only_the_passage_is_learnt() -> None:
    """No span is wanted of such a passage."""
    assert seen(Example("fairytaleqa", "Who?", FILM, None, OTHERS), PAIRS, random.Random(0)).target is None


@pytest.mark.slow
def test_training_lowers_every_loss() -> None:
    """Three steps over one example: its span, its place and its being right are all learnt."""
    torch.manual_seed(0)
    network = Network(BASE)
    one = seen(EXAMPLE, PAIRS, random.Random(5))
    before = [float(loss.detach()) for loss in losses(network, [one])]
    train(network, PAIRS, [EXAMPLE] * (3 * BATCH), lambda _: None)
    after = [float(loss.detach()) for loss in losses(network, [one])]
    assert all(late < early for early, late in zip(before, after, strict=True))


class Points:
    """A reader that points at "Ann Lee" wherever it stands, and is sure where it does."""

    name = "points"

    def read(self, question: str, passages: list[tuple[str, str]]) -> list[Reading]:
        places = [words.find("Ann Lee") for _, words in passages]
        return [Reading(float(at), float(at), Span(at, at + 7) if at >= 0 else None) for at in places]


def test_the_measures_are_those_of_the_words_and_of_the_gaps() -> None:
    """A right answer counts whole, none counts nothing; a context beats itself without the answering sentence."""
    context = "It rains in the hills today and all week long. It was made by Ann Lee."
    row = {"source": "qed", "question": "Who?", "title": "", "context": context}
    right = Asked.of({**row, "answers": [{"text": "Ann Lee", "start": context.index("Ann")}]})
    wrong = Asked.of({**row, "context": "Nobody knows.", "answers": [{"text": "Nobody", "start": 0}]})
    found = measure(Points(), [right, wrong])
    assert (found.questions, found.f1, found.exact, found.gaps, found.apart) == (2, 0.5, 0.5, 1, 1.0)


def test_the_page_of_the_shipped_reader_is_of_its_weights() -> None:
    """docs/reader.md states how many questions the file says it was trained on, and its size."""
    import json

    from qa.reader.reader import SHIPPED
    from qa.reader.weights import about

    page = (Path(__file__).parents[2] / "docs" / "reader.md").read_text(encoding="utf-8")
    told = about(SHIPPED)
    assert all(f"{count:,}" in page for count in json.loads(told["questions"]).values())
    assert f"{int(told['gone through']):,}" in page
    assert f"{SHIPPED.stat().st_size / 1e6:.1f} MB" in page
    assert SHIPPED.stat().st_size < 25e6

"""What the reader learns from: examples drawn from texts, and which articles are never trained on."""

import gzip
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.open_sets import RANKING_SETS, SETS, ReadingQuestion, load_questions
from benchmarks.splits import Part, assign_part
from benchmarks.training.reader.examples import (
    LONG_CHARS,
    Example,
    ExampleSet,
    Text,
    build_examples,
    draw_passage,
    draw_wrong_passage,
    read_examples,
    write_examples,
)
from index.types import Span

SENTENCES = [f"Ann Lee made film number {number} in the town of Kyoto." for number in range(40)]
TEXT = " ".join(SENTENCES)


def make_text(sentences: list[str]) -> Text:
    text, spans = "", []
    for sentence in sentences:
        spans.append(Span(len(text), len(text) + len(sentence)))
        text += sentence + " "
    return Text("Films", text.strip(), tuple(spans))


@given(st.integers(0, 39), st.randoms(use_true_random=False))
def test_a_drawn_passage_is_whole_sentences_with_the_answer(number: int, chance: random.Random) -> None:
    """Whatever is drawn, the answer's offsets hold in the passage, which is no longer than a paragraph."""
    text, wanted = make_text(SENTENCES), f"number {number}"
    start = text.text.index(wanted + " ")
    passage = draw_passage(text, (Span(start, start + len(wanted)),), chance)
    assert passage.answer is not None
    assert passage.words[passage.answer.start : passage.answer.end] == wanted
    assert len(passage.words) <= LONG_CHARS
    assert passage.words in TEXT
    assert passage.words.startswith("Ann Lee")
    assert passage.words.endswith("Kyoto.")


@given(st.integers(0, 39), st.randoms(use_true_random=False))
def test_a_wrong_passage_never_has_the_answer(number: int, chance: random.Random) -> None:
    """It is another text, or the same text without the sentence that answers."""
    texts = [make_text(SENTENCES), make_text(["Green tea is brewed at eighty degrees."])]
    start = texts[0].text.index(f"number {number} ")
    example = Example("s", "Which?", 0, (Span(start, start + 9),), relevant=True, wrong=(1,))
    wrong = draw_wrong_passage(texts, example, chance)
    assert wrong is not None
    assert wrong.answer is None
    assert f"number {number} " not in wrong.words


def ask(context: str, question: str, answer: str = "") -> ReadingQuestion:
    start = context.find(answer)
    answers = (Span(start, start + len(answer)),) if answer else ()
    return ReadingQuestion("s", context[:5], "", context, question, answers, relevant=bool(answer))


def test_texts_with_the_same_answer_are_not_taken_for_wrong() -> None:
    """BM25 finds three texts for the question; the one that says the same is left out."""
    right, same = "Ann Lee directed the film in May.", "The film was directed by Ann Lee."
    other = "Bo Li directed another film in May."
    asked = [ask(right, "Who directed the film?", "Ann Lee"), ask(same, "Film?", "film"), ask(other, "Month?", "May")]
    found = build_examples(asked)
    assert [found.texts[n].text for n in found.examples[0].wrong] == [other]


def test_examples_are_read_as_they_were_written(tmp_path: Path) -> None:
    """The packed file keeps texts, sentences, answers and wrong texts."""
    found = build_examples([ask(TEXT, "Who made films?", "Ann Lee"), ask("Nobody knows it.", "Who?")])
    write_examples(found, tmp_path / "examples.jsonl.gz")
    assert read_examples(tmp_path / "examples.jsonl.gz") == ExampleSet(list(found.texts), list(found.examples))


def write_rows(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with every open set, all but one of them empty."""
    for name in SETS:
        write_rows(tmp_path / "reading" / f"{name}.jsonl.gz", [])
    for name in (*RANKING_SETS, "squad-sentences"):
        for part in ("corpus", "queries"):
            write_rows(tmp_path / name / f"{part}.jsonl.gz", [])
        (tmp_path / name / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n", encoding="utf-8")
    return tmp_path


def test_a_context_of_a_held_out_article_is_never_trained_on(data: Path) -> None:
    """It is left out of every other article, too; all other rows of training articles are there."""
    names = [f"article {number}" for number in range(60)]
    common = "This text stands in every one of the articles."
    rows = [
        {"source": "q", "article": n, "title": n, "context": c, "question": "What?", "answers": []}
        for n in names
        for c in (common, f"Only {n} says so.")
    ]
    write_rows(data / "reading" / "squad-dev.jsonl.gz", rows)
    trained = load_questions(data)[Part.TRAIN]
    assert {row.context for row in trained} == {
        f"Only {name} says so." for name in names if assign_part("reading", name) is Part.TRAIN
    }
    held_out = load_questions(data)[Part.HELD_OUT]
    assert len(held_out) == 2 * sum(assign_part("reading", name) is Part.HELD_OUT for name in names) > 0


def test_an_article_that_squad_sentences_judges_is_not_trained_on(data: Path) -> None:
    """Its sentences are lower-cased and tokenised there, and are recognised all the same."""
    sentences = [f"The bridge number {number} was opened by the queen herself in May." for number in range(2400)]
    rows = [{"_id": str(n), "title": "", "text": s.lower().replace(".", " .")} for n, s in enumerate(sentences)]
    write_rows(data / "squad-sentences" / "corpus.jsonl.gz", rows)
    contexts = [
        {"source": "q", "article": f"a{n}", "title": "", "context": s, "question": "Who?", "answers": []}
        for n, s in enumerate(sentences[::80])
    ]
    write_rows(data / "reading" / "squad-train.jsonl.gz", contexts)
    trained, rest = load_questions(data)[Part.TRAIN], [load_questions(data)[p] for p in (Part.FIT, Part.HELD_OUT)]
    assert len(trained) + sum(map(len, rest)) == len(contexts)
    without = sum(assign_part("reading", f"a{n}") is Part.TRAIN for n in range(len(contexts)))
    assert 0 < len(trained) < without

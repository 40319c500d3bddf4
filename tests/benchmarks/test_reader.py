"""How the shipped reader is trained, on examples made by hand."""

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks.articles import Article
from benchmarks.handbooks import find_document, load_handbook_questions
from benchmarks.open_sets import ARTICLE_SENTENCES, SQUAD_SENTENCES, ReadingQuestion, assign_squad_part
from benchmarks.splits import Part, assign_part
from benchmarks.training.held_out import main as held_out
from benchmarks.training.held_out import write_handbooks
from benchmarks.training.reader.batches import Plan, build_part, draw_pairs
from benchmarks.training.reader.examples import Example, ExampleSet, Text
from benchmarks.training.reader.network import Network
from benchmarks.training.reader.train import compute_losses, train
from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from index.types import Span
from qa.evaluation import load
from qa.reader.pairs import PairTokenizer
from qa.reader.reader import ABOUT, SHIPPED

BASE = find_model_folder(DEFAULT_MODEL)
PAIRS = PairTokenizer(BASE / "tokenizer.json")
# The repository carries the weights with every version.
MAX_BYTES = 30e6
FILM = Text("Film", "The film was directed by Ann Lee in Kyoto.", (Span(0, 42),))
TEA = Text("Tea", "Green tea is brewed at eighty degrees.", (Span(0, 38),))
FOUND = ExampleSet(
    (FILM, TEA), [Example("qed", "Who directed the film?", 0, (Span(25, 32),), relevant=True, wrong=(1,))] * 2
)


def test_an_article_is_always_in_the_same_part_and_eight_in_ten_are_trained_on() -> None:
    """The parts depend on the article's name alone."""
    parts = [assign_part("qed", f"article {i}") for i in range(3000)]
    assert parts == [assign_part("qed", f"article {i}") for i in range(3000)]
    assert 0.77 < parts.count(Part.TRAIN) / 3000 < 0.83
    assert 0.08 < parts.count(Part.HELD_OUT) / 3000 < 0.12


def test_an_article_joins_its_contexts_and_keeps_the_places_of_the_answers() -> None:
    """A context that is given again is not repeated; a relevant one without known words answers as a whole."""
    article = Article("qed", "a", "A")
    for context, answers in (
        ("Ann Lee made it.", (Span(0, 7), Span(0, 3))),
        ("Bo made tea.", ()),
        ("Ann Lee made it.", ()),
    ):
        article.add(
            ReadingQuestion(
                "qed", "a", "A", context, "Who?", answers, relevant=context != "Ann Lee made it." or bool(answers)
            )
        )
    assert article.text == "Ann Lee made it.\n\nBo made tea."
    places = [[article.text[p.start : p.end] for p in q.places] for q in article.questions]
    assert places == [["Ann Lee", "Ann"], ["Bo made tea."], []]
    assert article.questions[0].answers == ("Ann Lee", "Ann")


def test_the_target_tokens_are_those_of_the_answer() -> None:
    """However the question is reworded and whatever passage is drawn."""
    for seed in range(20):
        right, *wrong = draw_pairs(FOUND, FOUND.examples[0], PAIRS, random.Random(seed))
        assert right.target is not None
        start, end = (right.pair.offsets[place - right.pair.first] for place in right.target)
        assert FILM.text[start[0] : end[1]] == "Ann Lee"
        assert all(one.target == (0, 0) and not one.relevant for one in wrong)


def test_where_the_words_are_not_known_only_the_relevance_is_learnt() -> None:
    """A relevant text without known words has no target; one that does not answer has the first token."""
    known = replace(FOUND.examples[0], answers=())
    assert draw_pairs(FOUND, known, PAIRS, random.Random(0))[0].target is None
    (absent,) = draw_pairs(FOUND, replace(known, relevant=False), PAIRS, random.Random(0))
    assert (absent.target, absent.relevant) == ((0, 0), False)


@pytest.mark.slow
def test_training_lowers_every_loss(tmp_path: Path) -> None:
    """A few steps on one example lower the loss of its span, of its relevance and of its lead over a wrong text."""
    torch.manual_seed(0)
    network = Network(BASE)
    pairs = next(p for p in (draw_pairs(FOUND, FOUND.examples[0], PAIRS, random.Random(n)) for n in range(9)) if p[1:])
    before = [float(loss.detach()) for loss in compute_losses(network, build_part([pairs]))]
    train(network, FOUND, Plan(steps=4, batch=4, rate=0.01), tmp_path / "network.pt")
    after = [float(loss.detach()) for loss in compute_losses(network, build_part([pairs]))]
    assert all(late < early for early, late in zip(before, after, strict=True))


@pytest.mark.slow
def test_training_that_was_stopped_ends_like_one_that_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step draws by its own number, and the checkpoint has all the rest."""
    monkeypatch.setattr("benchmarks.training.reader.train.STEPS_PER_CHECKPOINT", 1)
    plan, networks = Plan(steps=3, batch=2), []
    for stopped in (False, True):
        torch.manual_seed(0)
        network, checkpoint = Network(BASE), tmp_path / f"{stopped}.pt"
        if stopped:
            with pytest.raises(KeyboardInterrupt), monkeypatch.context() as patch:
                patch.setattr("benchmarks.training.reader.train.compute_losses", interrupt_after(2))
                train(network, FOUND, plan, checkpoint)
            network = Network(BASE)
        train(network, FOUND, plan, checkpoint)
        networks.append(network.state_dict())
    assert all(torch.equal(networks[0][name], networks[1][name]) for name in networks[0])


def interrupt_after(calls: int) -> Callable[..., object]:
    """Return the real losses so many times, and then what Ctrl-C does."""
    left = [calls]

    def compute(*arguments: object) -> object:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return compute_losses(*arguments)

    return compute


def a_set(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_the_held_out_sentences_of_squad_are_a_data_set(tmp_path: Path) -> None:
    """Questions about held-out sentences are kept, with the whole collection; a run of sentences shares its part."""
    count = 12 * ARTICLE_SENTENCES
    a_set(
        tmp_path / SQUAD_SENTENCES,
        "corpus",
        [{"_id": f"s{i}", "title": "", "text": f"thing {i} is here ."} for i in range(count)],
    )
    a_set(
        tmp_path / SQUAD_SENTENCES, "queries", [{"_id": f"q{i}", "text": f"where is thing {i} ?"} for i in range(count)]
    )
    rows = "".join(f"q{i}\ts{i}\t1\n" for i in range(count))
    (tmp_path / SQUAD_SENTENCES / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + rows, encoding="utf-8")
    held_out([str(tmp_path), str(tmp_path / "out")], standalone_mode=False)
    kept = {judgement.question for judgement in load(tmp_path / "out" / SQUAD_SENTENCES).judgements}
    assert kept == {f"where is thing {i} ?" for i in range(count) if assign_squad_part(i) is Part.HELD_OUT} != set()
    assert len(kept) % ARTICLE_SENTENCES == 0


def test_the_held_out_handbooks_are_judgements_over_all_documents(tmp_path: Path) -> None:
    """Every question about a held-out document is kept, and no other."""
    write_handbooks(tmp_path / "handbooks.jsonl")
    kept = load(tmp_path / "handbooks.jsonl").judgements
    assert {assign_part("handbooks", find_document(one)) for one in kept} == {Part.HELD_OUT}
    assert len(kept) == sum(1 for _ in load_handbook_questions(Part.HELD_OUT))


def test_the_page_of_the_shipped_reader_is_of_its_weights() -> None:
    """docs/reader.md states the number of training questions and the size of the shipped files."""
    page = (Path(__file__).parents[2] / "docs" / "reader.md").read_text(encoding="utf-8")
    about = json.loads((SHIPPED / ABOUT).read_text(encoding="utf-8"))
    size = sum(file.stat().st_size for file in SHIPPED.rglob("*") if file.is_file())
    assert all(f"{count:,}" in page for count in about["questions"].values())
    assert f"{size / 1e6:.1f} MB" in page
    assert size < MAX_BYTES

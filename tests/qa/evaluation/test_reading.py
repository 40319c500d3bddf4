"""The reader alone: questions in texts that are given, and the measures of words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from index.errors import UsageError
from index.types import Span
from qa.evaluation import compare, load_reading, run_reading
from qa.evaluation.__main__ import main
from qa.evaluation.measures import score_replies, summarise_outcomes
from qa.evaluation.measures.confidence import macro_calibration_error
from qa.evaluation.measures.reading import are_right
from qa.evaluation.report import write_report
from qa.evaluation.runs.store import load_run
from qa.evaluation.types import Judgement, SystemReply
from qa.types import Reading, Status

FILM = "The film premiered in May. It was directed by Ann Lee and filmed in Kyoto."
TEA = "Green tea is brewed at eighty degrees and left to stand for two minutes."


def answer(text: str, words: str) -> dict[str, Any]:
    return {"text": words, "answer_start": text.index(words)}


def squad(folder: Path, *more: Mapping[str, Any]) -> Path:
    """Two paragraphs, four answerable questions and one that is not."""
    film = [
        {"id": "director", "question": "Who directed the film?", "answers": [answer(FILM, "Ann Lee")]},
        {"id": "place", "question": "Where was it filmed?", "answers": [answer(FILM, "Kyoto")] * 2},
        {"id": "none", "question": "Who brewed the tea of the Queen?", "is_impossible": True, "answers": []},
        *more,
    ]
    tea = [
        {"id": "degrees", "question": "How hot is green tea brewed?", "answers": [answer(TEA, "eighty degrees")]},
        {"id": "minutes", "question": "How long is it left to stand?", "answers": [answer(TEA, "two minutes")]},
    ]
    paragraphs = [{"context": FILM, "qas": film}, {"context": TEA, "qas": tea}]
    path = folder / "made.json"
    path.write_text(json.dumps({"data": [{"title": "Film_and_tea", "paragraphs": paragraphs}]}), encoding="utf-8")
    return path


def called(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


class Blind:
    """A reader that always points at the first word and is never sure."""

    name = "blind"

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
        return [Reading(-9.0, -9.0, Span(0, 5), 0.0) for _ in passages]


# Data


def test_each_context_of_a_squad_file_is_a_text(tmp_path: Path) -> None:
    """With its article's title; evidence is the words, also where two annotators agree."""
    data = load_reading(squad(tmp_path))
    assert [j.id for j in data.judgements] == ["director", "place", "none", "degrees", "minutes"]
    assert {data.texts[j.id].text for j in data.judgements[:3]} == {FILM}
    assert {data.texts[j.id].title for j in data.judgements} == {"Film and tea"}
    place, none = data.judgements[1:3]
    assert [(gold.quote, FILM[gold.span.start : gold.span.end]) for gold in place.evidence] == [("Kyoto", "Kyoto")]
    assert (place.answers, place.answerable, none.answers, none.answerable) == (("Kyoto",), True, (), False)


def test_lines_with_a_context_are_read_alike(tmp_path: Path) -> None:
    """In the form of the open sets; ``source`` is the kind by which reports are cut."""
    rows = [
        {"id": "a", "question": "Who directed it?", "context": FILM, "title": "Film", "source": "made/up"}
        | {"answers": [{"text": "Ann Lee", "start": FILM.index("Ann")}]},
        {"id": "b", "question": "Who?", "context": TEA, "answers": []},
    ]
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    data = load_reading(path)
    assert (data.name, [j.kind for j in data.judgements]) == ("lines", ["made/up", ""])
    assert [j.answers for j in data.judgements] == [("Ann Lee",), ()]


def test_what_cannot_be_scored_is_left_out_or_named(tmp_path: Path) -> None:
    """An answer at a wrong place is a problem; a question without id, or an id that comes twice, is an error."""
    lost = {"id": "lost", "question": "Who?", "answers": [{"text": "Bob", "answer_start": 3}]}
    data = load_reading(squad(tmp_path, lost))
    assert "lost" not in data.texts
    assert [str(p) for p in data.problems][-1].endswith("has no answer that is in its text; it is not asked")
    with pytest.raises(UsageError, match="two questions with the id 'place'"):
        load_reading(squad(tmp_path, {"id": "place", "question": "Where?", "answers": []}))
    with pytest.raises(UsageError, match=r"question None has no question with answers"):
        load_reading(squad(tmp_path, {"question": "Where?", "answers": []}))
    with pytest.raises(UsageError, match="does not exist"):
        load_reading(tmp_path / "nothing.json")
    (tmp_path / "bare.jsonl").write_text('{"id": "a", "question": "Who?"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"bare\.jsonl:1 has no context"):
        load_reading(tmp_path / "bare.jsonl")


def test_another_text_makes_another_dataset(tmp_path: Path) -> None:
    """Runs over the same questions in other texts are not compared."""
    before = load_reading(squad(tmp_path))
    path = squad(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("Green", "Black"), encoding="utf-8")
    assert load_reading(path).fingerprint != before.fingerprint


# Runs


@pytest.mark.slow
def test_the_shipped_reader_is_measured_compared_and_reported(tmp_path: Path) -> None:
    """The files and measures that the guide names; a second run is equal, and a blind reader is worse."""
    data, out = squad(tmp_path), tmp_path / "out"
    done = called("run", data, "--reading", "--out", out)
    assert done.exit_code == 0, done.output
    for name in ("answer exact ", "answer F1 ", "best words F1", "AUROC", "answer MacroCE", "answer AURC"):
        assert name in done.stdout
    assert "nDCG" not in done.stdout
    rows = [json.loads(line) for line in (out / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    director, none = rows[0], rows[2]
    assert (director["status"], director["answer"]["text"]) == ("answered", "Ann Lee")
    assert FILM[director["answer"]["start"] : director["answer"]["end"]] == "Ann Lee"
    assert 0 < director["answer"]["confidence"] <= director["confidence"]
    assert (none["status"], none["answer"]) == ("not_found", None)
    assert none["best_words"]["text"] in FILM
    run = load_run(out)
    assert run.scores["answer exact"].mean >= 0.8
    assert run.command == f"python -m qa.evaluation run {data} --reading"
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "each question in the text that it is asked about" in page
    blind = run_reading(load_reading(data), Blind(), tmp_path / "blind")
    assert blind.scores["answer exact"].mean == 0.2
    found = {d.measure: d for d in compare(blind, out).differences}
    assert found["answer F1"].change.mean > 0.5
    assert called("compare", tmp_path / "blind", out).exit_code == 0
    assert "no difference shown" in called("compare", out, out).stdout


def test_a_reader_that_gives_no_words_is_measured_by_its_best_ones(tmp_path: Path) -> None:
    """SQuAD 2.0's convention, and the best words of answerable questions beside it."""
    run = run_reading(load_reading(squad(tmp_path)), Blind())
    means = {name: interval.mean for name, interval in run.scores.items()}
    assert (means["answer F1"], means["answer F1 where present"], means["not found where absent"]) == (0.2, 0.0, 1.0)
    assert (means["best words exact"], means["AUROC"], means["abstention"]) == (0.0, 0.5, 0.2)
    assert all(o.reply.withheld_words in {"The film", "Green"} for o in run.outcomes)


def test_an_interrupted_run_continues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole batches are not read again, and the result is that of a run in one go."""
    monkeypatch.setattr("qa.evaluation.runs.reading.BATCH", 2)
    monkeypatch.setattr("qa.evaluation.runs.store.BATCH", 2)
    data, reader = load_reading(squad(tmp_path)), Blind()
    whole = run_reading(data, reader, tmp_path / "whole")
    asked: list[str] = []

    class Breaks(Blind):
        def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
            asked.append(question)
            if question == "How hot is green tea brewed?" and len(asked) < 6:
                raise KeyboardInterrupt
            return super().read(question, passages)

    breaking = Breaks()
    with pytest.raises(KeyboardInterrupt):
        run_reading(data, breaking, tmp_path / "broken")
    asked[:] = [""] * 6
    again = run_reading(data, breaking, tmp_path / "broken")
    assert sorted(asked[6:]) == sorted(j.question for j in data.judgements[2:])
    assert again == whole


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--url", "http://127.0.0.1:9"), "--reading searches nothing; leave out --url"),
        (("--index", "var/index"), "leave out --index"),
        (("--mode", "fast"), "leave out --mode"),
        (("--reader", "none"), "invalid value 'none' for reader"),
    ],
)
def test_searching_has_its_own_flags(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    """With --reading they are an error of one sentence."""
    done = called("run", squad(tmp_path), "--reading", "--out", tmp_path / "out", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


# Measures of words


@pytest.mark.parametrize(
    ("given", "wanted", "right"),
    [
        ("the Ann Lee", "Ann Lee", True),
        ("Lee", "Ann Lee", False),
        ("12 May", "12 May 2017", False),
        ("it was the cold rain of a last long night", "the rain of last night", True),
        ("it was the cold rain of a last very long night", "the rain of last night", False),
        ("was rain of all last night", "rain of all last night", True),
        ("Kyoto", "", False),
        (None, "Kyoto", False),
        (None, "", False),
        # Equivalent: the question says the rest, or what is added does not mislead.
        ("38", "38 votes", True),
        ("38", "38 seats", False),
        ("in Kyoto", "Kyoto", True),
        ("General Ann Lee", "Ann Lee", True),
        ("Ann Lee's", "Ann Lee", True),
        ("same-sex", "same-sex vote", True),
        ("votes", "38 votes", False),
        ("not in Kyoto", "Kyoto", False),
        ("before May", "May", False),
        ("38 of 40", "38", False),
        ("General Ann Lee with long white hair", "Ann Lee", False),
        ("Ann Lee and Bob", "Ann Lee", False),
        ("Ann Lee, Bob", "Ann Lee", False),
        ("the young and brave General Ann Lee", "Ann Lee", False),
    ],
)
def test_right_words_are_nearly_all_of_the_expected_ones(given: str | None, wanted: str, right: bool) -> None:
    """F1 above 0.8, or equivalent; no words are never right words, also where none are to be found."""
    assert are_right(given, (wanted,) if wanted else (), "How many votes did the general have?") is right


def test_macro_calibration_error_is_worked_by_hand() -> None:
    """Right ones are 0.1 and 0.3 from 1, the wrong one 0.6 from 0; a constant confidence has 0.5."""
    assert macro_calibration_error([0.9, 0.7, 0.6], [True, True, False]) == pytest.approx((0.2 + 0.6) / 2)
    assert macro_calibration_error([0.7] * 10, [True] * 7 + [False] * 3) == pytest.approx(0.5)
    assert isnan(macro_calibration_error([0.7], [True]))
    assert isnan(macro_calibration_error([], []))


def test_the_words_have_a_confidence_of_their_own() -> None:
    """``answer.confidence`` counts, else that of the passage; an answer without words is as sure as 0."""
    row = {"status": "answered", "confidence": 0.9, "answer": {"text": "Lee"}, "passages": []}
    assert SystemReply.from_json(row).words_confidence == 0.9
    assert SystemReply.from_json(row | {"answer": {"text": "Lee", "confidence": 0.4}}).words_confidence == 0.4
    assert SystemReply.from_json(row | {"answer": None}).words_confidence == 0.0


def test_words_are_measured_apart_from_their_passages() -> None:
    """Wrong words count as wrong at their own confidence, words that are missing as wrong after all others."""
    given = SystemReply(Status.ANSWERED, 0.9, "Ann Lee", (), 0.8)
    pairs = [
        (Judgement("right", "Who?", answers=("Ann Lee",), documents={"d": 1}), given),
        (Judgement("wrong", "Who?", answers=("Bob",), documents={"d": 1}), replace(given, words_confidence=0.4)),
        (
            Judgement("silent", "Who?", answers=("Bob",), documents={"d": 1}),
            SystemReply(Status.NOT_FOUND, 0.1, None, ()),
        ),
        (Judgement("absent", "Who?"), replace(given, words_confidence=0.2)),
        (Judgement("unknown words", "Who?", documents={"d": 1}), given),
    ]
    means = {name: interval.mean for name, interval in summarise_outcomes(score_replies(pairs)).items()}
    assert means["answer right"] == pytest.approx(1 / 3)
    assert means["answer Brier"] == pytest.approx((0.04 + 0.16 + 0 + 0.04) / 4)
    assert means["answer MacroCE"] == pytest.approx((0.2 + 0.3) / 2)
    assert means["answer AURC"] == pytest.approx((0 + 1 / 2 + 2 / 3 + 3 / 4) / 4)
    assert means["answer AUROC"] == pytest.approx(2 / 3)
    assert means["answer ECE"] == pytest.approx((0.2 + 0.4 + 0.2) / 3)


def test_the_report_shows_the_worst_of_the_wrong_words(tmp_path: Path) -> None:
    """With their confidence and what was expected; and the plots of the words."""

    class Sure(Blind):
        def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
            return [Reading(9.0, 9.0, Span(0, 5), 9.0) for _ in passages]

    run = run_reading(load_reading(squad(tmp_path)), Sure())
    page = write_report(run, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Wrong words: 4" in page
    assert "expected: “Ann Lee”." in page
    assert "words-risk-coverage" in page
    assert "How much of what is right is among the first k" not in page

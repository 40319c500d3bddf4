"""The pages and summaries of an evaluation, over small made-up runs."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from qa.evaluation import compare
from qa.evaluation.measures import score_replies, summarise_outcomes
from qa.evaluation.report import write_ablation, write_comparison, write_report, write_summary
from qa.evaluation.report.failures import build_case, find_worst_cases, split_stretches
from qa.evaluation.runs.trec import read_external
from qa.evaluation.types import DataProblem, Dataset, Judgement, ReturnedPassage, Run, SystemReply
from qa.types import Status
from tests.qa.evaluation.helpers import dataset, made_up_run, made_up_table

HOSTILE = '<script>alert("1")</script> & "quoted" <img src=x onerror=alert(1)>'
VOID = {"meta", "link", "img", "br", "path", "use", "hr", "input"}


class Page(HTMLParser):
    """Tags, attributes and text of a page; fails where tags do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in {"src", "href", "xlink:href", "action"}]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in {"src", "href", "xlink:href"}]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def changed(run: Run, **fields: object) -> Run:
    """Scored again over judgements that have these fields."""
    outcomes = score_replies([(replace(o.judgement, **fields), o.reply) for o in run.outcomes])
    return replace(run, outcomes=outcomes, scores=summarise_outcomes(outcomes))


def test_a_report_shows_every_measure_slice_plot_and_failure(tmp_path: Path) -> None:
    """Of a run that has some of each."""
    run = made_up_run(wrong_every=7)
    words = page(write_report(run, tmp_path / "report.html")).words
    for name, interval in run.scores.items():
        assert name in words
        assert f"{interval.mean:.3f}" in words
    for shown in ("how sure it says it is", "share of those that are wrong", "among the first k", "question word"):
        assert shown in words
    assert "Sure and wrong: " in words
    assert "Which fact is 7?" in words
    assert "Fact number 007." in words


@pytest.mark.parametrize("kind", ["report", "compare", "ablation"])
def test_no_page_needs_anything_from_elsewhere(tmp_path: Path, kind: str) -> None:
    """No script, no image, no style sheet, no link but to its own parts."""
    run = made_up_run()
    path = tmp_path / "page.html"
    {
        "report": lambda: write_report(run, path),
        "compare": lambda: write_comparison(compare(run, made_up_run(3)), path),
        "ablation": lambda: write_ablation([made_up_table()], path),
    }[kind]()
    found = page(path)
    assert not {"script", "link", "img", "iframe", "object"} & set(found.tags)
    assert all(link.startswith("#") for link in found.links)
    style = re.findall(r"url\(([^)]*)\)|@import", path.read_text(encoding="utf-8"))
    assert all(link.startswith("#") for link in style)


def test_what_a_text_or_a_question_holds_stays_text(tmp_path: Path) -> None:
    """Markup in a question, its history, an id, a kind, a quote, a passage, a document or a problem."""
    run = made_up_run(wrong_every=1, questions=12)
    hostile = []
    for outcome in run.outcomes:
        judgement = replace(outcome.judgement, id=HOSTILE + outcome.judgement.id, question=HOSTILE, kind=HOSTILE)
        judgement = replace(judgement, evidence=tuple(replace(g, quote=HOSTILE) for g in judgement.evidence))
        passages = tuple(replace(p, text=HOSTILE, document=HOSTILE) for p in outcome.reply.passages)
        hostile.append((judgement, replace(outcome.reply, passages=passages)))
    outcomes = score_replies(hostile)
    run = replace(
        run, outcomes=outcomes, scores=summarise_outcomes(outcomes), problems=(DataProblem(HOSTILE, HOSTILE),)
    )
    run = replace(run, about=replace(run.about, name=HOSTILE, index=HOSTILE))
    other = changed(run)
    for path in (write_report(run, tmp_path / "r.html"), write_comparison(compare(run, other), tmp_path / "c.html")):
        found = page(path)
        assert not {"script", "img"} & set(found.tags)
        assert HOSTILE in found.words


NAMES = ["$\\frac$", "<script>alert(1)</script>", "a|b\nc", "ネットスフィア", "\x0c\ud800", "*[x](y)*"]


def test_a_kind_may_be_called_anything(tmp_path: Path) -> None:
    """A broken formula, markup, a line break, other scripts, control characters and half a surrogate pair."""
    judged = enumerate(made_up_run().outcomes)
    outcomes = score_replies([(replace(o.judgement, kind=NAMES[n % 6]), o.reply) for n, o in judged])
    run = replace(made_up_run(), outcomes=outcomes, scores=summarise_outcomes(outcomes))
    words = page(write_report(run, tmp_path / "report.html")).words
    assert words.count("$\\frac$ (") == 1
    text = write_summary(run, tmp_path / "run.md").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "| a&#124;b c |" in text
    drawing = (tmp_path / "run-slices.svg").read_text(encoding="utf-8")
    assert "&lt;script" in drawing
    Page(drawing)
    assert all(c.isprintable() or c == "\n" for c in drawing)


def test_every_id_is_there_once_and_every_pointer_meets_one(tmp_path: Path) -> None:
    """Though each of the plots was drawn for itself."""
    text = write_report(made_up_run(), tmp_path / "report.html").read_text(encoding="utf-8")
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:"|url\()#([\w-]+)', text)) <= set(ids)


def test_where_no_words_are_known_the_documents_that_were_judged_are_named(tmp_path: Path) -> None:
    """And it is not said that nothing was wanted."""
    run = changed(made_up_run(1), evidence=(), documents={"other.txt": 1})
    words = page(write_report(run, tmp_path / "report.html")).words
    assert "A passage of other.txt." in words
    assert "To be called not found." not in words


def few(*pairs: tuple[Judgement, SystemReply]) -> Run:
    outcomes = score_replies(pairs)
    return replace(made_up_run(questions=5), outcomes=outcomes, scores=summarise_outcomes(outcomes))


WHOLE = Judgement("q1", "Who?", documents={"d": 1}, wanted={"d": "It was Nihei."})
RIGHT = SystemReply(
    Status.ANSWERED, 0.9, None, (ReturnedPassage("d", Span(0, 13), 0.9, (Span(7, 12),), "It was Nihei."),)
)
SILENT = SystemReply(Status.NOT_FOUND, 0.0, None, ())


@pytest.mark.parametrize(
    "run",
    [
        few((WHOLE, RIGHT)),
        few((WHOLE, SILENT)),
        few((Judgement("q1", "Who?"), SILENT)),
        few((Judgement("q1", "Who?"), RIGHT)),
        changed(made_up_run(0), evidence=(), documents={"facts.txt": 1}),
        made_up_run(0),
    ],
    ids=["one", "silent", "absent", "only wrong", "documents", "nothing failed"],
)
def test_any_run_has_a_report_a_comparison_and_a_summary(run: Run, tmp_path: Path) -> None:
    """One question, none answerable, none unanswerable, no evidence, nothing returned, nothing wrong."""
    page(write_report(run, tmp_path / "report.html"))
    page(write_comparison(compare(run, run), tmp_path / "compare.html"))
    assert write_summary(run, tmp_path / "run.md").is_file()


def test_a_run_of_which_only_the_ranking_is_known_has_pages_too(tmp_path: Path) -> None:
    """Another system's: no plots of a confidence that it does not give."""
    (tmp_path / "run").write_text("q1 Q0 d 1 0.5 x\n", encoding="utf-8")
    run = read_external(Dataset("set", (WHOLE,)), tmp_path / "run")
    words = page(write_report(run, tmp_path / "report.html")).words
    assert "how sure it says it is" not in words
    assert "Sure and wrong" not in words
    (tmp_path / "worse").write_text("q1 Q0 e 1 0.5 x\n", encoding="utf-8")
    worse = read_external(Dataset("set", (WHOLE,)), tmp_path / "worse")
    words = page(write_comparison(compare(run, worse), tmp_path / "c.html")).words
    assert "nDCG@10 1.000 → 0.000" in words
    assert words.count("What it returned was not kept.") == 2


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    """Pages, summaries and plots: nothing of the hour or of chance is in them."""
    for folder in (tmp_path / "a", tmp_path / "b"):
        write_report(made_up_run(), folder / "report.html")
        write_summary(made_up_run(), folder / "run.md")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    plots = ("recall", "reliability", "risk-coverage", "slices", "words-reliability", "words-risk-coverage")
    assert names == ["report.html", *(f"run-{plot}.svg" for plot in plots), "run.md"]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_summary_is_markdown_that_points_at_its_plots(tmp_path: Path) -> None:
    """Every table has as many cells in each row; every picture is there; the command that writes it is said."""
    text = write_summary(replace(made_up_run(), command="python -m this"), tmp_path / "facts.md").read_text(
        encoding="utf-8"
    )
    assert "*Written by `python -m this`" in text
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", text)
    assert sorted(pictures) == sorted(path.name for path in tmp_path.glob("*.svg"))


@pytest.mark.slow
def test_a_large_run_gives_a_small_page(tmp_path: Path) -> None:
    """12,000 questions, below two megabytes: only the worst are shown."""
    few_outcomes = made_up_run(3).outcomes
    outcomes = tuple(
        replace(o, judgement=replace(o.judgement, id=f"{o.judgement.id}-{n}")) for n in range(80) for o in few_outcomes
    )
    run = replace(made_up_run(3), outcomes=outcomes, scores=summarise_outcomes(few_outcomes))
    assert write_report(run, tmp_path / "report.html").stat().st_size < 2_000_000


# The worst


def test_the_worst_are_the_surest_of_each_sort() -> None:
    """Each question stands where it belongs, the worst first, ten at most, and all are counted."""
    groups = {group.name: group for group in find_worst_cases(made_up_run(wrong_every=3).outcomes)}
    wrong = groups["Sure and wrong"]
    assert wrong.count == sum(n % 3 == 0 and n % 10 != 9 for n in range(150))
    assert len(wrong.cases) == 10
    sure = [one.outcome.reply.confidence for one in wrong.cases]
    assert sure == sorted(sure, reverse=True)
    assert "Right and not believed" not in groups


def test_a_right_passage_that_is_called_not_found_is_a_case_of_its_own() -> None:
    """And a question with nothing right at all another."""
    doubted = (WHOLE, replace(RIGHT, status=Status.NOT_FOUND, confidence=0.1))
    lost = (replace(WHOLE, id="q2"), replace(SILENT, status=Status.UNSURE, confidence=0.4))
    groups = {
        group.name: [one.outcome.judgement.id for one in group.cases]
        for group in find_worst_cases(score_replies([doubted, lost]))
    }
    assert groups == {"Sure and wrong": ["q2"], "Not returned at all": ["q2"], "Right and not believed": ["q1"]}


def test_a_case_says_in_words_what_went_wrong() -> None:
    """By the rank of the first right passage."""
    judged = dataset(2).judgements[0]
    ranks = {o.judgement.id: build_case(o) for o in made_up_run(wrong_every=0, questions=12).outcomes}
    assert ranks["q1"].verdict == "The right passage is first."
    assert ranks["q9"].verdict == "The documents do not answer, and it was not found."
    outcome = score_replies([(judged, made_up_run(7).outcomes[5].reply)])[0]
    assert build_case(outcome).verdict == "Nothing right among the 5 passages returned."


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda t: Span(t[0], t[0] + t[1])), max_size=4)


@given(st.text(max_size=40), st.integers(0, 30), spans, spans)
def test_stretches_are_the_text_again(text: str, offset: int, marks: list[Span], wanted: list[Span]) -> None:
    """None is empty, and each is marked and wanted just where the spans say so."""
    found = split_stretches(text, offset, marks, wanted)
    assert "".join(s.text for s in found) == text
    place = offset
    for one in found:
        assert one.text
        for position in range(place, place + len(one.text)):
            assert one.marked == any(s.start <= position < s.end for s in marks)
            assert one.wanted == any(s.start <= position < s.end for s in wanted)
        place += len(one.text)


def test_an_ablation_page_marks_changes_beyond_chance(tmp_path: Path) -> None:
    """And no others; names lose their Markdown."""
    text = write_ablation([made_up_table()], tmp_path / "a.html").read_text(encoding="utf-8")
    assert text.count('<span class="bad">-0.100 [-0.200, -0.050]</span>') == 1
    assert "10 questions of 150" in unescape(text)
    assert "**" not in text

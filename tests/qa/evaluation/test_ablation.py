"""The rows of the ablation with the real model, and the file of its results."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import UsageError
from index.progress import Silent
from index.text.analyzer import Analyzer
from index.types import Encoder
from qa.engine import Engine
from qa.evaluation import Dataset, load, run
from qa.evaluation.ablation.ablate import Ablation, ablate, merge_results, read_results, to_markdown
from qa.evaluation.ablation.rows import (
    ROWS,
    asked_politely,
    choose_rows,
    ignore_history,
    keep_politeness,
    keep_typos,
    typed_badly,
)
from qa.evaluation.ablation.workbench import Workbench
from qa.evaluation.data import collection
from qa.evaluation.fingerprint import stamp_line
from qa.query.understand import understand
from qa.types import Request, Turn
from tests.qa.evaluation.helpers import made_up_table
from tests.qa.evaluation.test_formats import SQUAD, beir, squad

ROOT = Path(__file__).parents[3]
SEED = ROOT / "tests" / "judgements" / "blame.jsonl"
FIRST = "as shipped, mode precise"
DENSE, LEXICAL = "dense leg only (vectors of sentences and passages)", "lexical leg only (BM25)"
SINGLE = "one vector per passage"


@pytest.fixture(autouse=True)
def kept(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes are kept in a temporary folder."""
    monkeypatch.setattr(collection, "COLLECTIONS", tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def few() -> Dataset:
    """Some of the seed's questions: answerable, with a history, unanswerable."""
    dataset = load(SEED)
    with_history = [judgement for judgement in dataset.judgements if judgement.history]
    return replace(dataset, judgements=(*dataset.judgements[:8], *with_history[:3], *dataset.judgements[-4:]))


@pytest.fixture(scope="module")
def table(few: Dataset, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Ablation:
    """The first rows over those questions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection, "COLLECTIONS", tmp_path_factory.mktemp("kept"))
        bench = Workbench(few, ROOT / "seeds", encoder, Silent())
        return ablate(bench, choose_rows(["leg only", SINGLE]), "program", "command")


@pytest.mark.slow
def test_the_first_row_is_what_ships(table: Ablation, few: Dataset, engine: Engine) -> None:
    """Its figures are those of a run over the index, to the last digit."""
    shipped = run(few, engine)
    assert table.rows[0].name == FIRST
    assert table.rows[0].scores == shipped.scores
    assert table.rows[0].change is None


@pytest.mark.slow
def test_every_row_is_compared_with_the_first(table: Ablation) -> None:
    """By its change in the main measure, with an adjusted p."""
    assert [row.name for row in table.rows] == [FIRST, SINGLE, DENSE, LEXICAL]
    for row in table.rows[1:]:
        assert row.p is not None
        assert row.change is not None
        assert 0 < row.p <= 1
        assert row.change.mean == pytest.approx(row.scores["nDCG@10"].mean - table.rows[0].scores["nDCG@10"].mean)


@pytest.mark.slow
def test_a_leg_alone_differs_from_both(table: Ablation) -> None:
    """The rows do what their names say: neither leg alone ranks as the other or as what ships."""
    scores = {row.name: tuple(interval.mean for interval in row.scores.values()) for row in table.rows}
    assert len({scores[FIRST], scores[DENSE], scores[LEXICAL]}) == 3


@pytest.mark.slow
def test_what_only_ranks_has_no_evidence_and_no_confidence(table: Ablation) -> None:
    """A row has only the measures of what it returns."""
    single = next(row for row in table.rows if row.name == SINGLE)
    assert not {"Brier", "abstention", "evidence overlap", "answer F1"} & single.scores.keys()


def test_whole_documents_are_ranked_if_they_are_judged(encoder: Encoder, tmp_path: Path) -> None:
    """By their own vectors and by BM25, as others publish it; a document's vectors are embedded once."""
    bench = Workbench(load(beir(tmp_path, "q1\td1\t1\n")), None, encoder, Silent())
    found = {row.name: row for row in ablate(bench, choose_rows(["one vector per document", "whole documents"])).rows}
    assert {name: row.scores["Hit@1"].mean for name, row in found.items()} == {
        FIRST: 1.0,
        "one vector per document": 1.0,
        "BM25 over whole documents": 1.0,
    }
    kept = next(bench.folder.rglob("documents-*.npy"))
    before = kept.stat().st_mtime_ns
    ablate(bench, choose_rows(["one vector per document"]))
    assert kept.stat().st_mtime_ns == before


def test_a_row_that_does_not_apply_is_left_out(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other settings of the index need a small collection, follow-ups need conversations."""
    monkeypatch.setattr("qa.evaluation.ablation.ablate.MAX_REEMBEDDED_PASSAGES", 0)
    bench = Workbench(load(beir(tmp_path, "q1\td1\t1\n")), None, encoder, Silent())
    rows = choose_rows(["at most 800", "follow-ups", "no reranking"])
    assert [row.name for row in ablate(bench, rows).rows] == [
        FIRST,
        "reciprocal rank fusion, no reranking",
        "convex fusion, no reranking",
    ]


@pytest.mark.slow
def test_a_squad_file_brings_its_texts(encoder: Encoder, tmp_path: Path) -> None:
    """Every row over its passages runs, and finds what it looks for in so few."""
    bench = Workbench(load(squad(tmp_path, SQUAD)), None, encoder, Silent())
    rows = ablate(bench).rows
    assert [row.name for row in rows] == [
        name for name, row in ROWS.items() if not row.whole_documents and not row.follow_ups
    ]
    assert all(row.scores["Hit@10"].mean == 1.0 for row in rows)


def test_judgements_without_texts_ask_for_them(encoder: Encoder) -> None:
    """With the option that names them."""
    with pytest.raises(UsageError, match="blame judges stretches of texts; name their folder with --source"):
        Workbench(load(SEED), None, encoder, Silent())


def test_a_rewording_is_the_same_every_time() -> None:
    """Two measurements ask the same questions."""
    question = "Who directed the film?"
    assert typed_badly(question) == typed_badly(question) != question
    assert asked_politely(question) == asked_politely(question) != question


def test_rows_of_the_query_switch_off_one_step_each() -> None:
    """Without spelling correction typos stay, without stripping thanks stay, without history names are missing."""
    words = Analyzer()
    asked = Request("Please tell me: who directd it? Many thanks!", (Turn("What is Blame?", None),))

    def correct(text: str) -> str:
        return text.replace("directd", "directed")

    assert understand(asked, words, correct).searched_as == "who directed it? (Blame)"
    assert keep_typos(asked, words, correct).searched_as == "who directd it? (Blame)"
    assert keep_politeness(asked, words, correct).searched_as == "Please tell me: who directed it? Many thanks! (Blame)"
    assert ignore_history(asked, words, correct).searched_as == "who directed it?"


def test_rows_are_chosen_by_words_of_their_names() -> None:
    """The first is always among them; words that no name has are refused."""
    assert list(choose_rows(["leg only"])) == [FIRST, DENSE, LEXICAL]
    assert choose_rows([]) == dict(ROWS)
    with pytest.raises(UsageError, match="no row has 'colbert' in its name"):
        choose_rows(["colbert"])


# The file of results


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    """A table takes the place of an earlier one of its dataset, and leaves those of others."""
    path, table = tmp_path / "some" / "quality.json", made_up_table()
    assert read_results(path) == []
    other = replace(table, dataset="other")
    merge_results(path, table)
    merge_results(path, other)
    assert merge_results(path, replace(table, questions=7)) == [replace(table, questions=7), other]
    assert read_results(path) == [replace(table, questions=7), other]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"datasets": [{"rows": []}]}'])
def test_another_file_is_not_results(tmp_path: Path, text: str) -> None:
    """It is left as it is."""
    (tmp_path / "other.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="does not hold the results of an ablation"):
        read_results(tmp_path / "other.json")


def test_the_table_is_markdown_with_a_line_for_every_row() -> None:
    """Equal numbers of cells, the first name in bold, a change in bold only if it is beyond chance."""
    table = made_up_table()
    text = to_markdown([table], Path("docs/quality.json"))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(table.rows)
    assert len({line.count("|") for line in lines}) == 1
    assert [line.count("**") for line in lines[2:]] == [2, 2, 0]
    assert "`python -m qa.evaluation report docs/quality.json` from [quality.json](quality.json)" in text
    assert stamp_line("program") in text

"""The table of ways of ranking, on the seed with the real model, and whether the committed one is stale."""

import re
from pathlib import Path

import pytest

from index.errors import UsageError
from index.progress import Silent
from index.types import Encoder
from qa.engine import Engine
from qa.evaluation import load, run
from qa.evaluation.ablation import stamp as fresh
from qa.evaluation.ablation.ablate import Ablation, ablate
from qa.evaluation.ablation.rows import ROWS, chosen, with_a_slip
from qa.evaluation.ablation.table import document
from qa.evaluation.ablation.workbench import Bench
from qa.evaluation.data import collection
from tests.qa.evaluation.test_formats import SQUAD, squad

ROOT = Path(__file__).parents[3]
SEED = ROOT / "tests" / "judgements" / "blame.jsonl"
QUALITY = ROOT / "docs" / "quality.md"
NUMBER = re.compile(r"\d\.\d+")
FIRST, DENSE, LEXICAL = "**shipped, `precise`**", "dense leg alone: sentences and passages", "lexical leg alone: BM25"


@pytest.fixture(scope="module")
def seed(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Ablation:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection, "KEPT", tmp_path_factory.mktemp("kept"))
        return ablate(Bench(load(SEED), ROOT / "seeds", encoder, Silent()))


def test_the_first_row_is_what_ships(seed: Ablation, engine: Engine) -> None:
    """Its figures are those of a run over the index, to the last digit."""
    shipped = run(load(SEED), engine)
    assert seed.rows[0].name == FIRST
    assert seed.rows[0].scores == shipped.scores
    assert seed.rows[0].change is None


def test_every_row_that_applies_is_compared_with_the_first(seed: Ablation) -> None:
    """Rows over whole documents do not apply to stretches of text."""
    assert [row.name for row in seed.rows] == [name for name, row in ROWS.items() if not row.whole]
    for row in seed.rows[1:]:
        assert row.p is not None
        assert row.change is not None
        assert 0 < row.p <= 1
        assert row.change.mean == pytest.approx(row.scores["nDCG@10"].mean - seed.rows[0].scores["nDCG@10"].mean)


def test_a_leg_alone_differs_from_both(seed: Ablation) -> None:
    """The rows do what their names say: neither leg alone ranks as the other or as what ships."""
    scores = {row.name: row.scores["nDCG@10"].mean for row in seed.rows}
    assert len({scores[FIRST], scores[DENSE], scores[LEXICAL]}) == 3


def test_what_only_ranks_has_no_evidence_and_no_confidence(seed: Ablation) -> None:
    """Nothing is measured that a row does not give."""
    single = next(row for row in seed.rows if row.name == "one vector a passage")
    assert not {"Brier", "abstention", "evidence overlap", "answer F1"} & single.scores.keys()


def test_whole_documents_are_ranked_where_they_are_judged(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their own vectors and by BM25, as others publish it; a document's vectors are embedded once."""
    from tests.qa.evaluation.test_formats import beir

    monkeypatch.setattr(collection, "KEPT", tmp_path / "kept")
    (tmp_path / "set").mkdir()
    bench = Bench(load(beir(tmp_path / "set", "q1\td1\t1\n")), None, encoder, Silent())
    found = {row.name: row for row in ablate(bench, chosen(["document"])).rows}
    assert {name: row.scores["Hit@1"].mean for name, row in found.items()} == {
        FIRST: 1.0,
        "one vector a document": 1.0,
        "BM25 over documents": 1.0,
    }
    kept = list((tmp_path / "kept").rglob("documents-*.npy"))
    before = kept[0].stat().st_mtime_ns
    ablate(bench, chosen(["one vector a document"]))
    assert kept[0].stat().st_mtime_ns == before


def test_a_large_collection_is_not_embedded_anew(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows with other settings of the index are for small ones; all others are measured on any."""
    from tests.qa.evaluation.test_formats import beir

    monkeypatch.setattr(collection, "KEPT", tmp_path / "kept")
    monkeypatch.setattr("qa.evaluation.ablation.ablate.MOST_PASSAGES_ANEW", 0)
    (tmp_path / "set").mkdir()
    bench = Bench(load(beir(tmp_path / "set", "q1\td1\t1\n")), None, encoder, Silent())
    rows = chosen(["at most 800", "no stages"])
    assert [row.name for row in ablate(bench, rows).rows] == [FIRST, "no stages"]


def test_a_slip_is_the_same_every_time() -> None:
    """Two measurements are of the same questions."""
    assert with_a_slip("Who directed the film?") == with_a_slip("Who directed the film?") != "Who directed the film?"


def test_judgements_without_texts_ask_for_them(encoder: Encoder) -> None:
    """With the option that names them."""
    with pytest.raises(UsageError, match="blame judges stretches of texts; name their folder with --source"):
        Bench(load(SEED), None, encoder, Silent())


def test_a_squad_file_brings_its_texts(encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And every row over its passages runs."""
    monkeypatch.setattr(collection, "KEPT", tmp_path / "kept")
    bench = Bench(load(squad(tmp_path, SQUAD)), None, encoder, Silent())
    assert all(row.scores["Hit@10"].mean == 1.0 for row in ablate(bench).rows)


def test_rows_are_chosen_by_words_of_their_names() -> None:
    """The first is always among them; words that no name has are refused."""
    assert list(chosen(["leg alone"])) == [FIRST, DENSE, LEXICAL]
    assert chosen([]) == dict(ROWS)
    with pytest.raises(UsageError, match="no row has 'colbert' in its name"):
        chosen(["colbert"])


# The committed table


def test_the_table_is_markdown_with_a_line_for_every_row(seed: Ablation) -> None:
    """Equal numbers of cells, the change in bold only where it is beyond chance."""
    lines = [line for line in document([seed], "command").splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(seed.rows)
    assert len({line.count("|") for line in lines}) == 1
    for row, line in zip(seed.rows[1:], lines[3:], strict=True):
        assert ("**" in line) == (row.p is not None and row.p < 0.05)


def test_the_committed_table_is_of_the_program_as_it_is() -> None:
    """Any change to code that answers, or to the rows, makes it stale; docstrings and comments do not."""
    assert not fresh.is_stale(QUALITY), "docs/quality.md is stale; measure again with: make bench-full"


def test_the_committed_figures_of_the_seed_are_measured_again(seed: Ablation) -> None:
    """Row by row: each committed figure lies within the bootstrap interval of the one measured here.

    Processors round differently, so answers of single questions may differ; what is measured must not.
    """
    section = QUALITY.read_text(encoding="utf-8").split("## `blame`")[1]
    committed = [
        [c.strip() for c in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")
    ]
    columns = [committed[0][1], *committed[0][4:]]
    for row, shown in zip(seed.rows, committed[2:], strict=True):
        assert row.name == shown[0]
        for column, cell in zip(columns, (shown[1], *shown[4:]), strict=True):
            interval = row.scores.get(column)
            assert bool(cell) == bool(interval)
            if interval:
                mean = float(NUMBER.findall(cell)[0])
                assert interval.low - 0.0005 <= mean <= interval.high + 0.0005, (row.name, column)


def test_only_what_runs_makes_a_table_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A docstring or comment changes nothing, a constant does; the web page is not among what answers."""
    program = tmp_path / "qa"
    (program / "evaluation" / "ablation").mkdir(parents=True)
    for name in fresh.DATA:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    for name in fresh.ROWS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("ROW = 1\n", encoding="utf-8")
    monkeypatch.setattr(fresh, "PACKAGE", tmp_path)

    def now(engine: str, fuse: str = "WEIGHT = 0.5\n") -> str:
        (program / "engine.py").write_text(f"from qa.ranking.fusion import WEIGHT\n{engine}", encoding="utf-8")
        (program / "fuse.py").write_text(fuse, encoding="utf-8")
        return fresh.fingerprint()

    first = now("A = 1\n")
    (program / "web.py").write_text("B = 2\n", encoding="utf-8")
    assert now('"""Says more."""\n# and more\nA = 1\n"""Of A."""\n') == first
    assert now("A = 2\n") != first
    assert now("A = 1\n", "WEIGHT = 0.4\n") != first
    assert re.fullmatch(r"<!-- measured with the program [0-9a-f]{16} -->", fresh.marker())

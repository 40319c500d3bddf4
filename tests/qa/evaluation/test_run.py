"""A run over judged questions: its files, its interruption, and that every way of asking gives the same."""

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import ir_measures
import pytest

from index.errors import UsageError
from qa.engine import Engine
from qa.errors import ServiceError
from qa.evaluation import Run, load, run
from qa.evaluation.measures import summarise_outcomes
from qa.evaluation.measures.ranking import NAMES
from qa.evaluation.runs.answer_sources import HttpClient
from qa.evaluation.runs.store import load_run
from qa.types import Status
from tests.qa.evaluation.helpers import Parrot, dataset

SEED = Path(__file__).parents[2] / "judgements" / "blame.jsonl"


@pytest.fixture(scope="module")
def seed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def seed_run(engine: Engine, seed_folder: Path) -> Run:
    return run(load(SEED), engine, out=seed_folder)


# What it finds on the seed


def test_the_right_passage_comes_first_often_enough(seed_run: Run) -> None:
    """Of the questions that stand alone 85 % first and 95 % among three, in passages of 500 characters at most."""
    alone = [o for o in seed_run.outcomes if o.judgement.evidence and not o.judgement.history]
    scores = summarise_outcomes(alone)
    assert scores["Hit@1"].mean >= 0.85
    assert scores["Hit@3"].mean >= 0.95
    shown = [passage for o in alone for passage in o.reply.passages[:3]]
    assert sum(len(passage.text) for passage in shown) / len(shown) <= 500


def test_everyday_questions_are_not_found(seed_run: Run) -> None:
    """Of the questions on anything else two in three at least are called not found, and none answered."""
    far = [o for o in seed_run.outcomes if o.judgement.kind == "absent_far"]
    assert not any(o.reply.status is Status.ANSWERED for o in far)
    assert summarise_outcomes(far)["not found where absent"].mean >= 0.66


# What it writes


def test_a_run_comes_back_from_its_folder_as_it_was(seed_run: Run, seed_folder: Path) -> None:
    """Every question, reply, score, interval, problem and latency."""
    assert load_run(seed_folder) == seed_run


def test_other_tools_come_to_the_same_figures_from_the_files(seed_run: Run, seed_folder: Path) -> None:
    """ir_measures over evidence.trec has every ranking measure of every question; over run.trec that of documents."""
    qrels = list(ir_measures.read_trec_qrels(str(seed_folder / "evidence-qrels.trec")))
    trec = list(ir_measures.read_trec_run(str(seed_folder / "evidence.trec")))
    for name, official in NAMES.items():
        measure = ir_measures.parse_measure(official)
        found = {m.query_id: m.value for m in ir_measures.iter_calc([measure], qrels, trec)}
        assert found == pytest.approx(seed_run.values(name), abs=1e-9), name
    documents = list(ir_measures.read_trec_run(str(seed_folder / "run.trec")))
    judged = list(ir_measures.read_trec_qrels(str(seed_folder / "qrels.trec")))
    assert ir_measures.calc_aggregate([ir_measures.Success @ 1], judged, documents)[ir_measures.Success @ 1] == 1.0


def test_every_answer_is_kept_as_the_api_gives_it(seed_run: Run, seed_folder: Path, engine: Engine) -> None:
    """A line a question, in their order, with all passages that were asked for."""
    answers = [json.loads(line) for line in (seed_folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == [o.judgement.id for o in seed_run.outcomes]
    assert all(len(answer["passages"]) == min(50, engine.catalog.describe_index().passages) for answer in answers)
    assert {"question", "searched_as", "status", "retrieval"} <= answers[0].keys()


# The ways of asking


def figures(result: Run) -> object:
    """All that must not depend on the way of asking."""
    return result.scores, [(o.reply, o.scores) for o in result.outcomes]


def test_over_http_the_numbers_are_the_same(seed_run: Run, server: str) -> None:
    """But for the last digits, in which questions differ that were encoded in other company."""
    over_http = run(load(SEED), server)
    assert over_http.scores.keys() == seed_run.scores.keys()
    for name, score in seed_run.scores.items():
        assert over_http.scores[name].mean == pytest.approx(score.mean, abs=0.02), name
        assert over_http.scores[name].count == score.count
    assert over_http.about.url == server
    assert over_http.latency is not None


def test_a_set_that_is_indexed_on_the_spot_gives_the_same_numbers(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the same documents in an index that is named; the second time nothing is embedded."""
    from index.settings import IndexSettings
    from qa.evaluation.data import collection
    from tests.qa.evaluation.test_formats import SQUAD, squad

    monkeypatch.setattr(collection, "COLLECTIONS", tmp_path / "kept")
    data = load(squad(tmp_path, SQUAD))
    spot = run(data, collection.build_engine(data, IndexSettings()))
    named = run(data, Engine.open(str(collection.find_folder(data) / "index")))
    assert figures(spot) == figures(named)
    assert spot.scores["Hit@1"].mean == 1.0
    before = sorted((tmp_path / "kept").rglob("manifest.json"))
    collection.build_engine(data, IndexSettings())
    assert sorted((tmp_path / "kept").rglob("manifest.json")) == before


def test_a_service_that_is_not_there_is_one_sentence() -> None:
    """And what is no address is another."""
    with pytest.raises(ServiceError, match=r"cannot reach http://127\.0\.0\.1:9/v1/index .* is the service running\?"):
        HttpClient("http://127.0.0.1:9")
    with pytest.raises(UsageError, match="'localhost:8000' is not the address of a service"):
        HttpClient("localhost:8000")


class Failing(BaseHTTPRequestHandler):
    """Serves an index, then breaks."""

    def do_GET(self) -> None:
        body = {"/v1/index": b'{"generation": "g1"}', "/v1/documents/facts.txt": b"<html>"}.get(self.path)
        listed = b'{"documents": [{"id": "facts.txt"}]}'
        self._send(200, body or listed)

    def do_POST(self) -> None:
        self._send(503, b'{"detail": "busy; ask again in 2 s"}')

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def failing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Failing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_service_that_fails_is_named_with_what_it_says(failing: str) -> None:
    """Its own reason where it gives one, and what is no JSON is no answer."""
    service = HttpClient(failing)
    with pytest.raises(ServiceError, match=r"/v1/ask answers 503: busy; ask again in 2 s"):
        service.ask([__import__("qa").Request("Who?")])
    with pytest.raises(ServiceError, match="cannot reach"):
        service.text("facts.txt")


# Interruption


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Whole batches are kept, the rest is asked, and all figures are those of a run without a stop."""
    with pytest.raises(KeyboardInterrupt):
        run(dataset(), Parrot(breaks_after=128), out=tmp_path)
    assert len((tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()) == 128
    second = Parrot()
    resumed = run(dataset(), second, out=tmp_path)
    fresh = run(dataset(), Parrot())
    assert figures(resumed) == figures(fresh)
    assert second.asked[:22] == [
        f"Which fact is {n}?" if n % 10 != 9 else f"What is missing {n}?" for n in range(128, 150)
    ]


@pytest.mark.parametrize("cut", [1, 40, 5000])
def test_half_a_line_at_the_end_is_asked_again(tmp_path: Path, cut: int) -> None:
    """As a kill in the middle of writing leaves it: its whole batch is asked again."""
    with pytest.raises(KeyboardInterrupt):
        run(dataset(), Parrot(breaks_after=128), out=tmp_path)
    answers = tmp_path / "answers.jsonl"
    answers.write_bytes(answers.read_bytes()[:-cut])
    second = Parrot()
    assert figures(run(dataset(), second, out=tmp_path)) == figures(run(dataset(), Parrot()))
    assert second.asked[0] == "Which fact is 64?"


def test_what_another_run_left_is_not_gone_on_with(tmp_path: Path) -> None:
    """Other questions, another index or mode, or a finished run: all are asked anew."""
    for change in ({"index": "000002-def"}, {"wrong_every": 3}):
        with pytest.raises(KeyboardInterrupt):
            run(dataset(), Parrot(breaks_after=128), out=tmp_path)
        other = Parrot(**change)
        if "index" in change:
            run(dataset(), other, out=tmp_path)
            assert len(set(other.asked)) == 150
    with pytest.raises(KeyboardInterrupt):
        run(dataset(140), Parrot(breaks_after=128), out=tmp_path)
    again = Parrot()
    run(dataset(), again, out=tmp_path)
    assert len(set(again.asked)) == 150
    finished = Parrot()
    run(dataset(), finished, out=tmp_path)
    assert len(set(finished.asked)) == 150


def test_a_folder_without_a_finished_run_says_so(tmp_path: Path) -> None:
    """Empty, interrupted, or with an answer missing."""
    with pytest.raises(UsageError, match="holds no finished run"):
        load_run(tmp_path)
    run(dataset(), Parrot(), out=tmp_path)
    lines = (tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "answers.jsonl").write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(UsageError, match="lacks the answer to question 'q149'; run it again"):
        load_run(tmp_path)


def test_a_judgement_for_another_collection_is_refused(engine: Engine) -> None:
    """Nothing is asked, and nothing is scored as a silent zero."""
    seed = load(SEED)
    foreign = tuple(
        replace(j, evidence=tuple(replace(gold, document="other.txt") for gold in j.evidence)) for j in seed.judgements
    )
    with pytest.raises(UsageError, match=r"another collection .* 'other\.txt', which the index lacks"):
        run(replace(seed, judgements=foreign), engine)

"""Open-loop load: arrivals that wait for nobody, and what is counted of them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.comparison.adapters.bm25s import PeerAdapter
from benchmarks.comparison.protocol import Place
from benchmarks.speed.arrivals import (
    CAPACITY_HEAD,
    HEAD,
    SHARES,
    Way,
    WayRound,
    format_capacities,
    format_rows,
    measure_ways,
)
from benchmarks.speed.open_loop import Arrivals, combine_arrivals, draw_arrivals, measure_capacity, run_arrivals
from benchmarks.speed.paired import percentile
from benchmarks.speed.peers import SCRIPT
from benchmarks.speed.servers import count_passages, run_server
from benchmarks.speed.serving import BASE, OURS

TAKES_S = 0.03
PASSAGES = b'{"passages": [1]}'


@contextmanager
def serving(decide_status: Callable[[bytes], int]) -> Iterator[str]:
    """The address of a server that answers one question at a time, each after ``TAKES_S``."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                time.sleep(TAKES_S)
            self.send_response(decide_status(body))
            self.send_header("Content-Length", str(len(PASSAGES)))
            self.end_headers()
            self.wfile.write(PASSAGES)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def make_bodies(count: int) -> Iterator[bytes]:
    return iter([f'{{"question": "{number}"}}'.encode() for number in range(count)])


@given(rate=st.floats(1, 60), seed=st.text(max_size=5))
def test_arrivals_are_those_of_the_seed(rate: float, seed: str) -> None:
    """They rise, end in time, and are the same again."""
    times = draw_arrivals(rate, 2, seed)
    assert times == sorted(times) == draw_arrivals(rate, 2, seed)
    assert all(0 < time < 2 for time in times)


def test_arrivals_are_a_poisson_process() -> None:
    """Counts in equal stretches have the mean and the variance of the rate, and gaps the variation of chance."""
    times = draw_arrivals(40, 500, "poisson")
    counts = [sum(second <= time < second + 1 for time in times) for second in range(500)]
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / len(counts)
    assert mean == pytest.approx(40, rel=0.03)
    assert variance == pytest.approx(40, rel=0.2)


def test_time_counts_from_the_planned_arrival() -> None:
    """Of questions that arrive together at a server for one at a time, the last has waited for all others."""
    with serving(lambda body: 200) as address:
        found = run_arrivals(address, make_bodies(6), [0.0] * 6, 5)
    waited = sorted(found.answered_ms)
    assert all(ms >= (place + 1) * TAKES_S * 1000 for place, ms in enumerate(waited))
    assert (found.asked, found.refused, found.failed) == (6, 0, 0)


def test_what_is_refused_or_fails_has_no_time() -> None:
    """But it is counted."""
    statuses = {b'{"question": "1"}': 503, b'{"question": "2"}': 429, b'{"question": "3"}': 500}
    with serving(lambda body: statuses.get(body, 200)) as address:
        found = run_arrivals(address, make_bodies(6), [0.01 * number for number in range(6)], 100)
    assert (len(found.answered_ms), found.refused, found.failed, found.asked) == (3, 2, 1, 6)
    assert run_arrivals("http://127.0.0.1:1", make_bodies(1), [0.0], 1).failed == 1


def test_the_capacity_is_what_is_answered() -> None:
    """No more than a server for one at a time can; refusals do not count, and a failure is an error."""
    seen: list[bytes] = []

    def refuse_half(body: bytes) -> int:
        seen.append(body)
        return 503 if seen.count(body) == 1 else 200

    with serving(refuse_half) as address:
        assert 0 < measure_capacity(address, make_bodies(500), 1) <= 0.5 / TAKES_S + 1
    with serving(lambda body: 500) as address, pytest.raises(click.ClickException, match="failed"):
        measure_capacity(address, make_bodies(500), 1)


def test_no_question_is_asked_twice() -> None:
    """Too few of them are an error."""
    with pytest.raises(click.ClickException, match="too few different questions"):
        run_arrivals("http://127.0.0.1:1", make_bodies(2), [0.0, 0.0, 0.0], 1)


def test_percentiles_are_of_what_was_measured() -> None:
    """They grow with the percentage and are never above the maximum."""
    values = [float(number) for number in range(101)]
    assert [percentile(values, percent) for percent in (50, 95, 99)] == [50, 95, 99]
    assert percentile([1.0, 3.0], 99) <= 3


def test_rounds_are_put_together_before_percentiles_and_ratios() -> None:
    """Ratios are those of percentiles at the same share; a server that answers nothing has none."""

    def measured(capacity: float, ms: list[float], refused: int = 0) -> WayRound:
        return WayRound(capacity, {share: Arrivals(share * capacity, ms, refused, 0) for share in SHARES})

    found = {
        BASE: [measured(10, [80.0, 80.0]), measured(20, [80.0, 80.0])],
        OURS: [measured(40, [10.0, 10.0], 1), measured(80, [30.0, 30.0], 1)],
        "silent": [measured(1, [], 4), measured(1, [], 4)],
    }
    assert combine_arrivals([one.arrivals[0.5] for one in found[OURS]]) == Arrivals(30, [10, 10, 30, 30], 2, 0)
    rows = [dict(zip(HEAD, row, strict=True)) for row in format_rows(found)]
    assert [row["of its capacity"] for row in rows[:3]] == ["50%", "80%", "100%"]
    ours, silent = rows[len(SHARES)], rows[2 * len(SHARES)]
    assert (ours["a second"], ours["p50, ms"], ours["p99, ms"]) == ("30.0", "20", "30")
    assert (ours["times sooner at p50"], ours["times sooner at p95"]) == ("4.00", "2.67")
    assert (ours["refused"], ours["failed"]) == ("33.3%", "0.0%")
    assert (silent["p50, ms"], silent["times sooner at p99"], silent["refused"]) == ("–", "–", "100.0%")
    shares = [dict(zip(CAPACITY_HEAD, row, strict=True)) for row in format_capacities(found)]
    assert [row["times the baseline's"] for row in shares] == ["1.00", "4.00", "0.08"]


def test_every_server_is_started_for_each_round() -> None:
    """And is asked at every share of its capacity, with other questions than in the round before."""
    asked: list[bytes] = []

    def answer(body: bytes) -> int:
        asked.append(body)
        return 200

    questions = [f"What is {number}?" for number in range(400)]
    found = measure_ways({BASE: Way(lambda: serving(answer))}, questions, 0.2, 2)
    assert [list(one.arrivals) for one in found[BASE]] == [list(SHARES)] * 2
    assert len(set(asked)) < len(asked) <= 2 * len(set(asked))  # other orders of the same questions
    assert all(one.capacity > 0 for one in found[BASE])


def test_a_peer_answers_over_http(tmp_path: Path) -> None:
    """The real bm25s, over what its adapter has built, finds the text with the question's words."""
    texts, index = tmp_path / "texts", tmp_path / "index"
    texts.mkdir()
    for name, text in {
        "tea.txt": "Green tea is brewed at eighty degrees.",
        "film.txt": "The film is directed.",
    }.items():
        (texts / name).write_text(text, encoding="utf-8")
    place = Place(texts, index)
    PeerAdapter(place).build()
    adapter = PeerAdapter(place)
    adapter.open()
    assert [one.document for one in adapter.ask("Who directed films?").results] == ["film.txt"]
    assert adapter.ask("Zebra?").results == []
    with run_server(SCRIPT, "bm25s", str(texts), str(index), "") as address:
        assert count_passages(address, "How is tea brewed?") == 1
        assert count_passages(address, "Zebra?") == 0

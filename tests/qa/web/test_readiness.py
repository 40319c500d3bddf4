"""``GET /readyz``: whether to send questions to this server."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from qa.types import Request
from qa.web.engine.question_batcher import QuestionBatcher
from qa.web.errors.problems import Code, ProblemError
from qa.web.readiness import ReadinessProbe
from tests.qa.web.helpers import HandMade
from tests.qa.web.test_question_batcher import Blocked


class CountingChecks(HandMade):
    """Counts the checks; each waits for ``go``."""

    def __init__(self) -> None:
        super().__init__()
        self.checks, self.go = 0, Event()
        self.go.set()

    def check_readiness(self) -> Mapping[str, bool]:
        self.checks += 1
        assert self.go.wait(10)
        return self.legs


def test_many_probes_are_one_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a second, and also if they come while it runs."""
    engine = CountingChecks()
    engine.go.clear()
    probe = ReadinessProbe(engine, lambda: False)
    with ThreadPoolExecutor(8) as pool:
        checks = [pool.submit(probe.check) for _ in range(8)]
        engine.go.set()
        assert [check.result(10) for check in checks] == [engine.legs] * 8
    monkeypatch.setattr("qa.web.readiness.CACHE_S", 60.0)
    assert probe.check() == engine.legs
    assert engine.checks == 1
    monkeypatch.setattr("qa.web.readiness.CACHE_S", 0.0)
    engine.legs = {"dense": True, "reader": False}
    with pytest.raises(ProblemError, match="reader") as caught:
        probe.check()
    assert caught.value.code is Code.NOT_READY
    assert engine.checks == 2


def test_a_server_that_refuses_questions_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the queue is full, and for a second after the last question that was refused."""
    engine = Blocked()
    batcher = QuestionBatcher(engine.ask_many)
    probe = ReadinessProbe(engine, batcher.is_overloaded)
    assert probe.check() == engine.legs
    monkeypatch.setattr("qa.web.engine.refusals.OVERLOAD_S", 60.0)
    with ThreadPoolExecutor(20) as pool:
        calls = [pool.submit(batcher.ask_many, [Request(f"{number}?")]) for number in range(20)]
        while not any(call.done() for call in calls):
            pass
        with pytest.raises(ProblemError, match="queue is full") as caught:
            probe.check()
        engine.go.set()
    assert caught.value.code is Code.NOT_READY
    assert int(caught.value.headers["Retry-After"]) >= 1
    monkeypatch.setattr("qa.web.engine.refusals.OVERLOAD_S", 0.0)
    assert probe.check() == engine.legs

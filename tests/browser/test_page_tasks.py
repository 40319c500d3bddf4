"""The comparison of the page does its tasks on a real page, and says of peers what their documents say."""

import pytest
from playwright.sync_api import Browser

import benchmarks.page.tasks as tasks
from benchmarks.page.__main__ import PEERS, TEXTS, TaskMeasurement, measure_all, render_page


def test_every_task_is_done_and_counted(browser: Browser, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ends with what it is for; the actions are those of a visitor, and what is waited for is timed."""
    monkeypatch.setattr(tasks, "DOCUMENT_WORD", "Blame")
    found = measure_all(browser, server, server, rounds=1)
    counts = {name: len(one.actions) for name, one in found.items()}
    assert counts == {
        "find a fact": 2, "check the source": 1, "ask a follow-up": 2, "learn that it is not there": 2,
        "find a document": 3, "report a wrong answer": 1, "": 3,
    }  # fmt: skip
    assert all(0 < one.seconds < 60 for one in found.values())


def test_the_page_has_a_table_for_each_task() -> None:
    """With what was measured, and every peer's own words or that it has none."""
    measured = TaskMeasurement(("type the question", "press Enter"), 0.25)
    page = render_page(dict.fromkeys((*tasks.TASKS, ""), measured))
    for name in tasks.TASKS:
        assert f"## {name.capitalize()}\n" in page and TEXTS[name] in page
        for peer in PEERS.values():
            assert f"| {peer['name']} | {peer[name]['steps']} | {peer[name]['seen']} |" in page
    assert page.count("type the question, press Enter (2 actions, 0.25 s of waiting)") == len(tasks.TASKS) + 1

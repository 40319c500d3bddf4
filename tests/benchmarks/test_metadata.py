"""The benchmark of filters on metadata."""

import pytest
from click.testing import CliRunner

from benchmarks.speed import metadata


def test_it_has_a_row_for_each_filter() -> None:
    """And compares what is found with evaluating each document."""
    done = CliRunner().invoke(metadata.main, ["--documents", "3000"], catch_exceptions=False)
    assert done.exit_code == 0
    assert [line.split(" | ")[0].removeprefix("| ") for line in done.output.splitlines()[2:-1]] == list(
        metadata.FILTERS
    )


def test_a_difference_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fast filter that is wrong is not measured."""
    monkeypatch.setattr(metadata, "match_one_by_one", lambda documents, tag: [])
    assert "differ" in CliRunner().invoke(metadata.main, ["--documents", "300"]).output

"""Two runs side by side, and the limits of continuous integration."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import UsageError
from qa.evaluation import compare
from qa.evaluation.comparison import find_broken_limits, parse_limits
from qa.evaluation.types import Interval
from tests.qa.evaluation.helpers import dataset, made_up_run


def test_a_run_is_not_better_than_itself() -> None:
    """No change, p of 1, nothing won or lost."""
    found = compare(made_up_run(), made_up_run())
    assert {d.verdict for d in found.differences} == {"no difference shown"}
    assert all((d.change.mean, d.p_holm, d.won, d.lost) == (0.0, 1.0, 0, 0) for d in found.differences)


def test_a_better_run_is_called_better_and_the_other_way_round_worse() -> None:
    """With every question won counted, and a mean change that is the difference of the means."""
    good, bad = made_up_run(wrong_every=0), made_up_run(wrong_every=3)
    first = {d.measure: d for d in compare(bad, good).differences}["Hit@1"]
    assert (first.verdict, first.lost) == ("better", 0)
    assert first.won == sum(n % 3 == 0 and n % 10 != 9 for n in range(150))
    assert first.change.mean == pytest.approx(first.b - first.a)
    assert "Hit@1" in {d.measure for d in compare(good, bad).worse}


def test_lower_is_better_where_a_measure_says_so() -> None:
    """A smaller Brier score is a question won."""
    brier = compare(made_up_run(3), made_up_run(0), ["Brier"]).differences[0]
    assert brier.change.mean < 0
    assert (brier.verdict, brier.lost) == ("better", 0)


def test_holm_pays_for_every_measure_that_is_looked_at() -> None:
    """The adjusted p is never below the plain one, and is it where one measure is named."""
    found = compare(made_up_run(0), made_up_run(40))
    assert all(d.p_holm >= d.p for d in found.differences)
    assert any(d.p_holm > d.p for d in found.differences)
    alone = compare(made_up_run(0), made_up_run(40), ["Hit@1"]).differences[0]
    assert alone.p_holm == alone.p


def test_a_difference_that_so_many_questions_cannot_show_is_said() -> None:
    """Fewer questions, a larger least difference."""
    few = compare(made_up_run(3, 30), made_up_run(5, 30), ["Hit@1"]).differences[0]
    many = compare(made_up_run(3), made_up_run(5), ["Hit@1"]).differences[0]
    assert few.detectable > many.detectable > 0


def test_runs_over_different_questions_are_refused() -> None:
    """Each is named with its data."""
    with pytest.raises(
        UsageError, match=r"different questions \(facts .*, others .*\); compare runs over the same data"
    ):
        compare(made_up_run(), made_up_run(data=dataset(140, "others")))


def test_a_measure_that_is_not_of_both_runs_is_refused() -> None:
    """With those that they share."""
    with pytest.raises(UsageError, match=r"'AUROC' is no measure of each question in both runs; they share Hit@1"):
        compare(made_up_run(), made_up_run(), ["AUROC"])


def test_questions_that_one_run_lacks_are_left_out_and_counted() -> None:
    """Their quotes were lost in one of the collections."""
    whole = made_up_run()
    less = replace(whole, outcomes=whole.outcomes[10:])
    found = compare(whole, less)
    assert found.left_out == 10
    assert found.differences[0].change.count == sum(n % 10 != 9 for n in range(10, 150))


def test_runs_are_read_from_their_folders(tmp_path: Path) -> None:
    """As the command does it: a folder without answers is no run."""
    with pytest.raises(UsageError, match="holds no finished run"):
        compare(tmp_path, tmp_path)


def test_no_change_is_not_below_nothing() -> None:
    """A change that rounds to nothing has no minus."""
    assert Interval(-0.0001, -0.0012, 0.0004).signed == "+0.000 [-0.001, +0.000]"


def test_the_table_shows_every_measure_with_its_verdict() -> None:
    """A line each below the head."""
    found = compare(made_up_run(3), made_up_run(0))
    lines = str(found).splitlines()
    assert len(lines) == 1 + len(found.differences)
    assert lines[1].startswith("Hit@1")
    assert lines[1].endswith("better")


@pytest.mark.parametrize("one", ["Hit@1", "Hit@1=", "Hit@2=0.5", "=0.5", "Hit@1=nan", "Hit@1=high"])
def test_a_limit_that_is_none_is_refused(one: str) -> None:
    """The whole of it is shown."""
    with pytest.raises(UsageError, match=f"'{one}'"):
        parse_limits([one])


def test_a_limit_is_kept_or_broken_in_the_direction_of_its_measure() -> None:
    """At least for most, at most where lower is better; what is not measured is not kept."""
    run = made_up_run(0)
    assert find_broken_limits(run, parse_limits(["Hit@1=1.0", "Brier=0.9"])) == []
    assert find_broken_limits(run, parse_limits(["Brier=0.0001"]))[0].endswith("must be at most 0.0001")
    only = replace(run, scores={})
    assert find_broken_limits(only, parse_limits(["Hit@1=0.5"])) == ["Hit@1 is not measured; must be at least 0.5"]

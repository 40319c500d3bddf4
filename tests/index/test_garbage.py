"""The search for garbage pauses, and goes on as it was."""

import gc

import pytest

from index.garbage import pause_garbage_collection


def test_the_search_goes_on_after_a_failure() -> None:
    """It pauses only inside."""
    with pytest.raises(ValueError, match="broken"), pause_garbage_collection():
        assert not gc.isenabled()
        raise ValueError("broken")
    assert gc.isenabled()


def test_a_pause_inside_of_a_pause_ends_with_the_outer_one() -> None:
    """Who has disabled it enables it."""
    with pause_garbage_collection():
        with pause_garbage_collection():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()

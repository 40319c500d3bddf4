"""Pausing the search for garbage while many objects are made that are no garbage.

Python looks for objects that only refer to each other again and again as their number grows, and reads all of them for
that. Sentences and passages never do, so of a long text that was a fifth of the time in which it is split.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def pause_garbage_collection() -> Iterator[None]:
    """Let Python look for no reference cycles meanwhile; a decorator, too. Other garbage goes at once, as always."""
    if not gc.isenabled():  # by the caller, or by another thread that enables it again
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

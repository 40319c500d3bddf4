"""How much memory a test's own work takes at its peak, whatever the tests before it left in the process."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Objects that refer to each other are freed when the collector runs. With its own thresholds that depends on how many
# other objects the process has, and half a megabyte was sometimes counted that nobody held.
OFTEN = (100, 2, 2)


@contextmanager
def trace_peak() -> Iterator[Callable[[], int]]:
    """Yield a function that returns the most bytes that Python and numpy had allocated at once since the start."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*OFTEN)
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.set_threshold(*before)
        gc.unfreeze()

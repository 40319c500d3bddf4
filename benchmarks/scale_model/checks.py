"""The model beside what was measured: generations, and the synthetic collections of the page about speed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.scale_model.assumptions import Values
from benchmarks.scale_model.figures import Collection, Figures
from benchmarks.scale_model.storage import measure_folder, measure_server
from index.search.stores.faiss_ivf import MANY_LISTS_CODE

SMALL = "on disk, without vectors"
# What synthetic collections have for each passage (``benchmarks/speed/synthetic.py``).
SYNTHETIC: Mapping[str, float] = {"units_per_passage": 5, "sentences_per_passage": 4, "tokens_per_passage": 32}
# Passages, MB on disk, and MB of memory after questions in one process, of ``docs/performance.md``, commit b2819c1.
EARLIER = (1_000_000, 7_935.0, 1_400.0)


@dataclass(frozen=True, slots=True)
class Check:
    """Bytes of a collection, measured and modelled."""

    name: str
    what: str
    measured: float
    modelled: float

    @property
    def ratio(self) -> float:
        """The model's bytes divided by those that were measured."""
        return self.modelled / self.measured


def describe_collection(one: Collection, given: Values) -> Values:
    """Return the assumptions with the shape of one collection instead of the mean."""
    columns = ("units", "sentences", "words", "tokens", "postings", "text_bytes", "other_bytes")
    own = {f"{column}_per_passage": getattr(one, column) / one.passages for column in columns}
    return {**given, **own, "fixed_bytes": one.fixed_bytes}


def list_checks(figures: Figures, given: Values) -> Iterator[Check]:
    """Yield what the model says of each collection that was measured, beside what it is.

    Examples are compared with their mean, others with their own shape; small ones without their store, which is another
    one.
    """
    for one in figures.collections:
        own, is_large = given if one.is_example else describe_collection(one, given), one.code == MANY_LISTS_CODE
        what, measured = ("on disk", one.all_bytes) if is_large else (SMALL, one.all_bytes - one.store_bytes)
        yield Check(one.name, what, measured, measure_folder(one.passages, own, with_vectors=is_large))
    synthetic = {**given, **SYNTHETIC, "workers": 1}
    current = (100_000, figures.speed["synthetic_disk_mb"], figures.speed["synthetic_memory_mb"])
    for passages, disk, memory in (current, EARLIER):
        name = f"{passages:,} synthetic passages"
        yield Check(name, "on disk", disk * 1e6, measure_folder(passages, synthetic, with_vectors=True))
        modelled = measure_server(passages, synthetic, with_vectors=True)
        yield Check(name, "memory of a process", memory * 1e6, modelled)

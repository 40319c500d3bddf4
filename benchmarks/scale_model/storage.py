"""Bytes that a collection takes: in the folder of its generation, in a server's memory, and in an index of vectors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.scale_model.assumptions import Values

FLOAT_BYTES, LINK_BYTES = 4, 4
FAISS, HNSW, HNSW_SQ8 = "FAISS", "HNSW", "HNSW_SQ"
REFINED, DISKANN, IVF_SQ8, RABITQ = "IVF_RABITQ, refined by SQ8", "DISKANN", "IVF_SQ8", "IVF_RABITQ"


@dataclass(frozen=True, slots=True)
class IndexKind:
    """A kind of index: the bytes of a vector in memory, and on the disk of the machine that searches it."""

    memory: Callable[[Values], float]
    disk: Callable[[Values], float]
    is_on_disk: bool = False


def count_vector_bytes(given: Values) -> float:
    """Return the bytes of a vector in single precision."""
    return given["dimension"] * FLOAT_BYTES


def count_diskann_bytes(given: Values) -> float:
    """Return the bytes of a node of DISKANN on disk: its vector and links, of which a sector holds a whole number."""
    node = count_vector_bytes(given) + LINK_BYTES * (given["diskann_degree"] + 1)
    return given["sector_bytes"] / max(given["sector_bytes"] // node, 1)


def _graph(given: Values) -> float:
    return given["hnsw_link_bytes"] + given["graph_row_bytes"]


def _one_byte(given: Values) -> float:
    return given["dimension"] * given["sq8_bytes"]


def _one_bit(given: Values) -> float:
    return given["dimension"] * given["rabitq_bits"] / 8 + given["rabitq_row_bytes"] + given["list_row_bytes"]


# From the most exact to the smallest. Compressed ones leave the vectors themselves on the disk, mapped.
KINDS: Mapping[str, IndexKind] = {
    HNSW: IndexKind(lambda given: count_vector_bytes(given) + _graph(given), lambda given: 0.0),
    HNSW_SQ8: IndexKind(lambda given: _one_byte(given) + _graph(given), count_vector_bytes),
    REFINED: IndexKind(lambda given: _one_bit(given) + _one_byte(given), count_vector_bytes),
    DISKANN: IndexKind(
        lambda given: given["diskann_share"] * count_vector_bytes(given) + given["list_row_bytes"],
        count_diskann_bytes,
        is_on_disk=True,
    ),
    IVF_SQ8: IndexKind(lambda given: _one_byte(given) + given["list_row_bytes"], count_vector_bytes),
    RABITQ: IndexKind(_one_bit, count_vector_bytes),
}


def count_units(passages: float, given: Values, *, whole_only: bool = False) -> float:
    """Return the number of vectors: of sentences and passages, or of passages only."""
    return passages * (1 if whole_only else given["units_per_passage"])


def measure_index(kind: str, units: float, given: Values) -> tuple[float, float]:
    """Return the bytes of an index of one of ``KINDS`` in memory and on the disks of one replica."""
    own = KINDS[kind]
    return own.memory(given) * units, own.disk(given) * units


def measure_folder(passages: float, given: Values, *, with_vectors: bool) -> float:
    """Return the bytes of a generation on disk, with the vectors of the FAISS store or with those in a database."""
    units = count_units(passages, given)
    rows = measure_tables(passages, given) + passages * (
        given["tokens_per_passage"] * given["token_bytes"]
        + given["postings_per_passage"] * given["posting_bytes"]
        + given["text_bytes_per_passage"]
        + given["other_bytes_per_passage"]
    )
    vector = given["dimension"] * given["faiss_vector_bytes"] + given["faiss_code_bytes"]
    return given["fixed_bytes"] + rows + (units * vector if with_vectors else 0)


def measure_tables(passages: float, given: Values) -> float:
    """Return the bytes of the tables of passages, units and sentences."""
    units = count_units(passages, given)
    sentences = passages * given["sentences_per_passage"]
    return (
        passages * given["passage_row_bytes"]
        + units * given["unit_row_bytes"]
        + sentences * given["sentence_row_bytes"]
    )


def count_terms(passages: float, given: Values) -> float:
    """Return the number of different terms, by Heaps' law."""
    return float(given["heaps_factor"] * (passages * given["words_per_passage"]) ** given["heaps_power"])


def measure_server(passages: float, given: Values, *, with_vectors: bool) -> float:
    """Return the bytes of memory of a server that never waits for its disk to search.

    Tables and postings are mapped, so that its processes share them. The vocabulary and the codes of FAISS are read
    into each process.
    """
    mapped = measure_tables(passages, given) + passages * given["postings_per_passage"] * given["read_posting_bytes"]
    own = given["two_workers_mb"] * 1e6 / 2 + count_terms(passages, given) * given["term_bytes"]
    codes = count_units(passages, given) * given["faiss_code_bytes"] if with_vectors else 0
    return mapped + given["workers"] * (own + codes)

"""What the model of collections past one machine says: bytes, machines, hours, milliseconds and limits."""

from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from benchmarks.scale_model.__main__ import FIGURES
from benchmarks.scale_model.assumptions import Values, list_values
from benchmarks.scale_model.cluster import (
    choose_kind,
    count_query_nodes,
    find_max_passages,
    plan_cluster,
    price_month,
    take_share,
)
from benchmarks.scale_model.document import SIZES
from benchmarks.scale_model.embedding import (
    count_core_hours,
    count_gpu_hours,
    count_import_hours,
    count_write_hours,
    plan_embedding,
)
from benchmarks.scale_model.figures import Figures
from benchmarks.scale_model.latency import estimate_latency, find_slowest
from benchmarks.scale_model.limits import find_largest, list_limits
from benchmarks.scale_model.storage import (
    FAISS,
    HNSW,
    KINDS,
    RABITQ,
    count_units,
    measure_folder,
    measure_index,
    measure_server,
)

ROOT = Path(__file__).parents[2]
LOADED = Figures.load(ROOT / FIGURES)
GIVEN = list_values(LOADED)
PASSAGES = st.floats(6, 10).map(lambda power: round(10**power))


def change(**values: float) -> Values:
    assert values.keys() <= GIVEN.keys()
    return {**GIVEN, **values}


# What grows


@drawn(PASSAGES, st.sampled_from([1.01, 2, 10]))
def test_everything_grows_with_the_passages(passages: int, factor: float) -> None:
    """Bytes on disk and in memory, of each kind of index, and hours."""
    more = passages * factor
    for with_vectors in (True, False):
        assert measure_folder(more, GIVEN, with_vectors=with_vectors) > measure_folder(
            passages, GIVEN, with_vectors=with_vectors
        )
        assert measure_server(more, GIVEN, with_vectors=with_vectors) > measure_server(
            passages, GIVEN, with_vectors=with_vectors
        )
    for kind in KINDS:
        assert measure_index(kind, more, GIVEN)[0] > measure_index(kind, passages, GIVEN)[0]
    for count in (count_core_hours, count_gpu_hours, count_write_hours):
        assert count(more, GIVEN) > count(passages, GIVEN)


def test_kinds_are_from_the_most_exact_to_the_smallest() -> None:
    """The order in which they are tried is that of their memory."""
    sizes = [own.memory(GIVEN) for own in KINDS.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert [*KINDS][-1] == RABITQ


# Machines


@drawn(PASSAGES)
def test_the_machines_hold_what_they_must(passages: int) -> None:
    """Query nodes hold the index of two generations, and a server its part, in memory and on disk."""
    plan = plan_cluster(passages, GIVEN)
    is_here, own = plan.kind == FAISS, take_share(plan.share, GIVEN)
    assert plan.server_memory <= GIVEN["memory_share"] * own["machine_memory"]
    part = measure_folder(passages / plan.parts, GIVEN, with_vectors=is_here)
    assert part <= GIVEN["disk_share"] * GIVEN["machine_disk"]
    if is_here:
        assert (plan.query_nodes, plan.coordinators, plan.parts) == (0, 0, 1)
        return
    nodes = plan.query_nodes / GIVEN["replicas"]
    loaded = GIVEN["loaded_generations"]
    assert nodes * GIVEN["machine_memory"] * GIVEN["load_limit"] >= loaded * plan.memory
    assert nodes * GIVEN["machine_disk"] * GIVEN["disk_share"] >= loaded * plan.disk


@drawn(PASSAGES)
def test_a_more_exact_index_would_need_too_many_nodes(passages: int) -> None:
    """What is chosen is the first kind that few enough nodes hold."""
    plan = plan_cluster(passages, GIVEN)
    if plan.kind == FAISS:
        assert passages <= find_max_passages(GIVEN, with_vectors=True)
        return
    better = [*KINDS][: [*KINDS].index(plan.kind)]
    assert all(count_query_nodes(kind, plan.units, GIVEN) > GIVEN["max_nodes"] for kind in better)


def test_a_part_is_as_large_as_a_server_can_hold() -> None:
    """One passage more does not fit, whatever limits it."""
    tests = {
        "lexical": change(machine_memory=1e15, machine_disk=1e15),
        "memory": change(lexical_budget_ms=1e9, machine_disk=1e15),
        "disk": change(lexical_budget_ms=1e9, machine_memory=1e15, max_positions=1e12),
    }
    most = {name: find_max_passages(given, with_vectors=False) for name, given in tests.items()}
    assert most["lexical"] == int(GIVEN["lexical_budget_ms"] / GIVEN["growth_ms_per_million"] * 1e6)
    memory = GIVEN["memory_share"] * GIVEN["machine_memory"]
    assert measure_server(most["memory"], GIVEN, with_vectors=False) <= memory
    assert measure_server(most["memory"] + 1, GIVEN, with_vectors=False) > memory
    disk = GIVEN["disk_share"] * GIVEN["machine_disk"]
    assert measure_folder(most["disk"], GIVEN, with_vectors=False) <= disk
    assert measure_folder(most["disk"] + 1, GIVEN, with_vectors=False) > disk
    assert (
        find_max_passages(
            change(machine_memory=1e15, machine_disk=1e15, growth_ms_per_million=1e-9), with_vectors=False
        )
        == 2**31
    )


def test_more_memory_needs_no_more_machines() -> None:
    """And sentences keep their vectors for longer."""
    large = change(machine_memory=4 * GIVEN["machine_memory"])
    for passages in SIZES:
        plan, larger = plan_cluster(passages, GIVEN), plan_cluster(passages, large)
        assert larger.parts <= plan.parts
        assert larger.units >= plan.units
    assert choose_kind(10**8, large) == HNSW
    assert plan_cluster(10**9, large).units == count_units(10**9, large)


def test_a_month_costs_machines_disks_and_objects() -> None:
    """Each price alone gives its part, and together they are the sum."""
    plan = plan_cluster(10**8, GIVEN)
    prices = ("machine_price", "disk_price", "object_price")
    parts = [
        price_month(plan, change(**{name: GIVEN[name] if name == only else 0 for name in prices})) for only in prices
    ]
    assert price_month(plan, GIVEN) == pytest.approx(sum(parts))
    machines = plan.servers * plan.share + plan.query_nodes + plan.coordinators
    assert parts[0] == pytest.approx(machines * GIVEN["machine_price"] * GIVEN["month_hours"])
    assert all(parts)


# Embedding


@drawn(PASSAGES, st.integers(1, 100))
def test_the_shards_of_a_run_are_all_passages(passages: int, machines: int) -> None:
    """There are enough of them, not too many, and the cores do all of them in the hours that are said."""
    run = plan_embedding(passages, machines, GIVEN)
    characters = passages * GIVEN["text_bytes_per_passage"]
    assert run.shards <= GIVEN["max_shards"]
    assert run.shards == GIVEN["max_shards"] or run.shards * GIVEN["shard_characters"] >= characters
    cores = machines * GIVEN["machine_cores"]
    assert run.hours * cores >= count_core_hours(passages, GIVEN) * (1 - 1e-9)
    assert run.hours * 3600 >= run.shard_seconds


def test_embedding_takes_as_long_as_was_measured() -> None:
    """Two cores embed as many texts as the page says, and each passage is two texts."""
    given = change(core_efficiency=1)
    hours = count_core_hours(GIVEN["embedded_per_second"] * 3600, given)
    assert hours == pytest.approx(2 * GIVEN["embedded_texts"])


def test_nodes_import_side_by_side() -> None:
    """Eight need an eighth of the time of one."""
    assert count_import_hours(10**8, 8, GIVEN) == pytest.approx(count_import_hours(10**8, 1, GIVEN) / 8)


# Time of a question


def test_a_question_takes_as_long_as_was_measured() -> None:
    """Over as many passages as were measured, and the reader adds what it added there."""
    found = estimate_latency(plan_cluster(100_000, GIVEN), GIVEN)
    assert found.fast == pytest.approx(GIVEN["fast_ms"])
    assert found.precise - found.fast == pytest.approx(GIVEN["precise_ms"] - GIVEN["small_fast_ms"])


def test_more_parts_wait_for_the_slowest() -> None:
    """One part waits for nobody; the median of the slowest of two is that of a single one at the root of a half."""
    assert find_slowest(1, 1.5) == pytest.approx(1)
    slowest = [find_slowest(parts, 1.5) for parts in (1, 2, 10, 100)]
    assert slowest == sorted(set(slowest))
    # Half of all times of a single part are below its median, and 95 % below p95: the median of 13.5 parts.
    assert find_slowest(13, 1.5) < 1.5 < find_slowest(14, 1.5)


def test_larger_segments_need_less_time() -> None:
    """Each segment is searched, so few large ones take less of a core than many small ones."""
    plan = plan_cluster(10**8, GIVEN)
    small = estimate_latency(plan, change(segment_bytes=512e6))
    assert small.database_cpu > 2 * estimate_latency(plan, GIVEN).database_cpu


# Limits


def test_limits_are_in_the_order_in_which_they_are_met() -> None:
    """The page names the first one first, each with what to do."""
    limits = list_limits(GIVEN)
    assert [limit.passages for limit in limits] == sorted(limit.passages for limit in limits)
    assert all(limit.remedy and 0 < limit.passages <= 2**31 for limit in limits)
    assert len({limit.name for limit in limits}) == len(limits)


def test_a_larger_machine_moves_its_limits_only() -> None:
    """Twice the memory holds more; what takes time takes as long."""
    before = {limit.name: limit.passages for limit in list_limits(GIVEN)}
    after = {limit.name: limit.passages for limit in list_limits(change(machine_memory=2 * GIVEN["machine_memory"]))}
    moved = {name for name in before if after[name] != before[name]}
    assert moved == {name for name in before if "memory" in name}
    assert all(after[name] > 1.5 * before[name] for name in moved)


@drawn(st.integers(0, 2**49))
def test_the_largest_that_fits_is_found(most: int) -> None:
    """It fits, and one more does not."""
    assert find_largest(lambda passages: passages <= most) == most

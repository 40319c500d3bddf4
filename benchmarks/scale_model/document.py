"""The page: ``page.md`` with the tables and numbers that the model gives."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.documents import format_table
from benchmarks.scale_model.assumptions import Assumption, Values, list_assumptions, list_values
from benchmarks.scale_model.checks import list_checks
from benchmarks.scale_model.cluster import (
    Cluster,
    choose_kind,
    count_query_nodes,
    find_max_passages,
    is_whole_only,
    plan_cluster,
    price_month,
)
from benchmarks.scale_model.embedding_document import format_embedding, format_embedding_steps
from benchmarks.scale_model.figures import Figures
from benchmarks.scale_model.latency import count_questions, count_served, estimate_latency, find_slowest
from benchmarks.scale_model.limits import find_largest, list_limits
from benchmarks.scale_model.storage import (
    FAISS,
    HNSW,
    HNSW_SQ8,
    IVF_SQ8,
    KINDS,
    count_units,
    count_vector_bytes,
    measure_folder,
    measure_index,
)
from benchmarks.scale_model.units import format_bytes, format_money, name_count, round_number, wrap_prose

TEMPLATE = Path(__file__).with_name("page.md")
WHOLE, EACH = "of whole passages only", "of sentences and passages"
# Steps between two sizes in which borders are looked for.
STEPS = 24
SIZES = tuple(10**power for power in range(6, 11))


def render_page(figures: Figures) -> str:
    """Return ``docs/scale.md``."""
    given = list_values(figures)
    plans = [plan_cluster(passages, given) for passages in SIZES]
    tables = {
        "sizes": format_sizes(plans, given),
        "choices": format_choices(given),
        "bytes": format_sizes_in_bytes(plans, given),
        "latency": format_latency(plans, given),
        "kinds": format_kinds(given),
        "embedding": format_embedding(SIZES, given),
        "embedding_steps": format_embedding_steps(10**8, given),
        "limits": format_limits(given),
        "broken": "\n".join(_list_broken(given)),
        "collections": format_collections(figures),
        "checks": format_checks(figures, given),
        "assumptions": format_assumptions(list_assumptions(figures)),
    }
    page = TEMPLATE.read_text(encoding="utf-8").format(**tables, **_list_numbers(figures, given))
    return wrap_prose(page)


def _list_numbers(figures: Figures, given: Values) -> Mapping[str, str]:
    """Return the numbers that are in sentences of the page."""
    tokens = given["tokens_per_passage"] * given["token_bytes"]
    return {
        "units_per_passage": f"{given['units_per_passage']:.1f}",
        "max_here": name_count(find_max_passages(given, with_vectors=True)),
        "min_whole_only": name_count(find_largest(lambda passages: not is_whole_only(passages, given))),
        "max_database": name_count(find_max_passages(given, with_vectors=False)),
        "sentence_factor": f"{given['units_per_passage']:.1f}",
        "replicas": f"{given['replicas']:.0f}",
        "memory": format_bytes(given["machine_memory"]),
        "cores": f"{given['machine_cores']:.0f}",
        "token_share": f"{100 * tokens * 1e8 / measure_folder(1e8, given, with_vectors=False):.0f} %",
        "dimension": f"{given['dimension']:.0f}",
        "rabitq_recall": f"{given['rabitq_recall']:.3f}",
        "loaded_generations": f"{given['loaded_generations']:.0f}",
        "sq8_share": f"{100 * KINDS[HNSW_SQ8].memory(given) / KINDS[HNSW].memory(given):.0f} %",
        "segment": format_bytes(given["segment_bytes"]),
        "max_nodes": f"{given['max_nodes']:.0f}",
        "disk_read_ms": f"{given['disk_read_ms']:.0f}",
        "mmap_factor": f"{given['mmap_factor']:.0f}",
        "core_efficiency": f"{100 * given['core_efficiency']:.0f} %",
        "gpu_share": f"{100 * given['gpu_share']:.0f} %",
        "tokens_per_passage": f"{given['tokens_per_passage']:.0f}",
        **_compare_lengths(figures),
    }


def _compare_lengths(figures: Figures) -> Mapping[str, str]:
    """Return what longer passages change: of the same documents, those with the longest beside the default ones."""
    longest = max(figures.collections, key=lambda one: one.passage_chars)
    same = next(one for one in figures.collections if one.documents == longest.documents and one.is_example)
    return {
        "longer_chars": f"{longest.passage_chars}",
        "default_chars": f"{same.passage_chars}",
        "longer_passages": f"{longest.passages / same.passages:.2f}",
        "longer_units": f"{longest.units / same.units:.2f}",
    }


def format_sizes(plans: Sequence[Cluster], given: Values) -> str:
    """Return the table of machines and money."""
    head = ("passages", "vectors", "index", "parts", "servers", "query nodes", "other", "USD a month")
    return format_table(head, (_format_size(plan, given) for plan in plans))


def _format_size(plan: Cluster, given: Values) -> tuple[str, ...]:
    vectors = f"{name_count(plan.units)}{', whole passages' if plan.is_whole_only else ''}"
    cores, memory = given["machine_cores"] * plan.share, format_bytes(given["machine_memory"] * plan.share)
    servers = f"{plan.servers} of {cores:.0f} cores, {memory}"
    counts = f"{plan.query_nodes}", f"{plan.coordinators}", format_money(price_month(plan, given))
    return name_count(plan.passages), vectors, plan.kind, f"{plan.parts}", servers, *counts


def format_choices(given: Values) -> str:
    """Return the table of what suits from which number of passages on; borders are rounded."""
    steps = [10 ** (6 + step / STEPS) for step in range(4 * STEPS + 1)]
    found = groupby(steps, key=lambda passages: (choose_kind(passages, given), is_whole_only(passages, given)))
    rows = ((f"from {name_count(next(own))}", kind, WHOLE if whole else EACH) for (kind, whole), own in found)
    return format_table(("passages", "index", "vectors"), rows, texts=3)


def format_sizes_in_bytes(plans: Sequence[Cluster], given: Values) -> str:
    """Return the table of bytes."""
    head = (
        *(
            "passages",
            "vectors in single precision",
            "index in memory, of one replica",
            "index on disk, of one replica",
        ),
        *("generations, all parts", "one generation", "memory of a server"),
    )
    rows = (
        (
            name_count(plan.passages),
            format_bytes(plan.units * count_vector_bytes(given)),
            format_bytes(plan.memory),
            format_bytes(plan.disk) if plan.disk else "–",
            format_bytes(plan.folders),
            format_bytes(plan.folders / plan.parts),
            format_bytes(plan.server_memory),
        )
        for plan in plans
    )
    return format_table(head, rows)


def format_latency(plans: Sequence[Cluster], given: Values) -> str:
    """Return the table of milliseconds."""
    head = (
        *("passages", "dense, ms", "lexical, ms", "slowest part", "`fast` p50, ms", "`precise` p50, ms"),
        *("database, ms of a core", "questions a second of the database", "of the servers"),
    )
    return format_table(head, (_format_times(plan, given) for plan in plans))


def _format_times(plan: Cluster, given: Values) -> tuple[str, ...]:
    found = estimate_latency(plan, given)
    slowest = find_slowest(plan.parts, given["fast_p95_ms"] / given["fast_ms"])
    is_here = plan.kind == FAISS
    return (
        name_count(plan.passages),
        round_number(found.dense),
        round_number(found.lexical),
        f"{slowest:.2f}",
        round_number(found.fast),
        round_number(found.precise),
        "–" if is_here else round_number(found.database_cpu),
        "–" if is_here else round_number(count_questions(plan, found, given)),
        round_number(count_served(plan, found, given)),
    )


def format_kinds(given: Values) -> str:
    """Return the table of the kinds of index of the database, from the most exact to the smallest."""
    recalls = {HNSW: given["hnsw_recall"], IVF_SQ8: given["ivf_sq8_recall"]}
    head = ("index", "bytes in memory", "on disk", "finds", *(name_count(passages) for passages in SIZES))
    rows = (
        (
            kind,
            f"{own.memory(given):,.0f}",
            f"{own.disk(given):,.0f}" if own.disk(given) else "–",
            f"{recalls[kind]:.4f}" if kind in recalls else "not run",
            *(_format_index(kind, passages, given) for passages in SIZES),
        )
        for kind, own in KINDS.items()
    )
    return format_table(head, rows)


def _format_index(kind: str, passages: float, given: Values) -> str:
    units = count_units(passages, given, whole_only=is_whole_only(passages, given))
    return f"{format_bytes(measure_index(kind, units, given)[0])} ({count_query_nodes(kind, units, given)})"


def format_limits(given: Values) -> str:
    """Return the table of limits, the first one first."""
    rows = ((limit.name, limit.remedy, name_count(limit.passages)) for limit in list_limits(given))
    return format_table(("limit", "what to do", "passages of one index"), rows, texts=2)


def _list_broken(given: Values) -> Iterator[str]:
    """Yield a line for each size: the limits that are reached between the size before and this one."""
    before, limits = 0, list_limits(given)
    for passages in SIZES:
        new = [limit.name for limit in limits if before < limit.passages <= passages]
        yield f"* **{name_count(passages)}**: {'; '.join(new) or 'nothing new'}."
        before = passages


def format_collections(figures: Figures) -> str:
    """Return the table of the generations that were measured."""
    head = ("collection", "passages of up to", "documents", "passages", "vectors", "tokens", "terms", "on disk")
    rows = (
        (
            one.name,
            f"{one.passage_chars} characters",
            *(f"{count:,}" for count in (one.documents, one.passages, one.units, one.tokens, one.postings)),
            format_bytes(one.all_bytes),
        )
        for one in figures.collections
    )
    return format_table(head, rows)


def format_checks(figures: Figures, given: Values) -> str:
    """Return the table of what was measured beside what the model says."""
    rows = (
        (one.name, one.what, format_bytes(one.measured), format_bytes(one.modelled), f"{one.ratio:.2f}")
        for one in list_checks(figures, given)
    )
    return format_table(("collection", "what", "measured", "model", "ratio"), rows, texts=2)


def format_assumptions(assumptions: Sequence[Assumption]) -> str:
    """Return the table of all assumptions."""
    rows = ((f"`{one.name}`", one.meaning, one.kind, one.source, _format_value(one)) for one in assumptions)
    return format_table(("name", "meaning", "known", "source", "value"), rows, texts=4)


def _format_value(one: Assumption) -> str:
    if one.unit == "bytes" and one.value >= 1e6:
        return format_bytes(one.value)
    digits = f"{one.value:,.0f}" if one.value == int(one.value) else f"{one.value:,.4g}"
    return f"{digits} {one.unit}".strip()

"""Both modes over collections of several sizes: what is asked, what is shown, and what is said of what grows."""

import numpy as np
import pytest

import qa.engine
from benchmarks.speed.mode_child import WITHOUT, list_ways, measure_modes, name_filtered
from benchmarks.speed.part import FAST, PRECISE
from benchmarks.speed.scale_child import WARM
from benchmarks.speed.scale_modes import REASONS, explain_growth, format_mode_head, format_mode_rows
from benchmarks.speed.scale_stores import list_filters, measure_store, measure_stores
from benchmarks.speed.steps import COMPARING, DENSE, FILTERING, READING, REST, WHOLE, StepTimer
from benchmarks.speed.synthetic import PASSAGES, TAGS, UNITS, Material, Synthetic
from index.build.inventory import Inventory
from index.build.publish import BuildInputs, publish_generation
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.search.late_interaction import learn_projection
from index.search.stores import find_store
from index.search.stores.exact import ExactStore
from index.settings import IndexSettings
from index.types import Encoder
from qa.engine import Engine
from qa.reader import NONE
from tests.benchmarks.test_scale import TEXTS

FILTERED = name_filtered("fast", "twentieth")


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Generation:
    """A synthetic collection of 20 documents, one of which has the tag of every twentieth."""
    directory = IndexDirectory(tmp_path_factory.mktemp("scale") / "index")
    collection = Synthetic(Material(TEXTS, encoder.encode_passages(TEXTS).vectors), 20 * PASSAGES)
    settings = IndexSettings(index=str(directory.root))
    store = find_store(settings.store).build(collection.draw_vectors())
    with directory.acquire_lock():
        contents = collection.build_contents(store, learn_projection(encoder))
        publish_generation(directory, contents, BuildInputs("synthetic", "", Inventory(), settings, encoder))
    return directory.open_current()


@pytest.mark.slow
def test_every_way_is_timed_step_by_step(
    synthetic: Generation, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader reads in `precise` alone, and only what is filtered is of documents with the tag."""
    monkeypatch.setattr(qa.engine, "build_filter", qa.engine.build_filter)
    times = measure_modes(synthetic, encoder, [f"What does sentence {number} say?" for number in range(WARM + 3)])
    assert list(times) == [WITHOUT, FAST, FILTERED, PRECISE, name_filtered("precise", "twentieth")]
    assert all(len(own) == 3 for own in times.values())
    assert [name for name, own in times.items() if READING in own[0]] == [
        PRECISE,
        name_filtered("precise", "twentieth"),
    ]
    assert COMPARING not in times[WITHOUT][0] and COMPARING in times[FAST][0]
    for own in times.values():
        assert sum(ms for step, ms in own[0].items() if step != WHOLE) == pytest.approx(own[0][WHOLE])
        assert FILTERING in own[0]
    filtered = dict(list_ways(synthetic, encoder, StepTimer()))[FILTERED].make_request("What does sentence 7 say?")
    monkeypatch.undo()  # the clock expects a question of its own
    answer = Engine(synthetic, encoder, NONE).ask(filtered)
    assert {one.document.id for one in answer.passages} == {"000000.txt"}


def test_a_filter_has_the_share_of_the_documents_that_it_is_named_after() -> None:
    """A collection with fewer documents than one in so many has no such filter."""
    units = 100 * PASSAGES * UNITS
    found = [None if one is None else len(one) / units for one in list_filters(units)]
    assert found == [None, 0.05, 0.01]
    assert [name_filtered("precise", tag) for tag in TAGS] == [
        "`precise`, 5 % of the documents",
        "`precise`, 1 % of the documents",
        "`precise`, 0.1 % of the documents",
    ]


def test_recall_is_among_the_units_that_may_be_found() -> None:
    """An exact store finds all of them, with a filter too; the store of the setting is measured beside it."""
    chance = np.random.default_rng(0)
    vectors = chance.standard_normal((20 * PASSAGES * UNITS, 32)).astype(np.float16)
    vectors = (vectors / np.linalg.norm(vectors.astype(np.float32), axis=1, keepdims=True)).astype(np.float16)
    asked, store = vectors[:9].astype(np.float32), ExactStore.build(vectors)
    found = measure_stores(store, vectors, asked)
    assert [(one.store, one.units) for one in found] == [
        ("exact", len(vectors)), ("exact", PASSAGES * UNITS), ("faiss", len(vectors)), ("faiss", PASSAGES * UNITS)
    ]  # fmt: skip
    assert all(one.recall > 0.95 and 0 < one.p50_ms <= one.p95_ms for one in found)
    wrong = measure_store("wrong", ExactStore.build(-vectors), vectors, asked, list_filters(len(vectors))[1])
    assert wrong.recall < 0.5


def test_what_grows_is_explained_by_its_steps() -> None:
    """A way that does not grow, or that one collection alone has, has no sentence; differences are of pairs."""

    def times(dense: float, *wholes: float) -> list[dict[str, float]]:
        return [{DENSE: dense, REST: whole - dense, WHOLE: whole} for whole in wholes]

    found = {
        1000: {WITHOUT: times(1, 4, 4), FAST: times(1, 5, 7), PRECISE: times(1, 25, 57)},
        100_000: {
            WITHOUT: times(1, 4, 4),
            FAST: times(9, 15, 17),
            PRECISE: times(9, 35, 47),
            FILTERED: times(1, 2, 2),
        },
    }
    assert list(explain_growth(found)) == [
        f"* {FAST}: 100,000 passages take 2.7 times as long as 1,000. *{DENSE}* 8.0 ms more, because {REASONS[DENSE]}; "
        f"*{REST}* 2.0 ms more, because {REASONS[REST]}."
    ]
    head, rows = format_mode_head(list(found)), {row[0]: row[1:] for row in format_mode_rows(found)}
    assert head == ("milliseconds", "1,000: p50", "1,000: p95", "100,000: p50", "100,000: p95")
    assert rows[FILTERED][:3] == ("–", "–", "2.0")
    assert (rows["late interaction adds"][0], rows["the reader adds"][2]) == ("2.0", "25.0")


def test_every_step_has_a_reason(synthetic: Generation, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why it may take longer in a larger collection."""
    monkeypatch.setattr(qa.engine, "build_filter", qa.engine.build_filter)
    times = measure_modes(synthetic, encoder, [f"What does sentence {number} say?" for number in range(WARM + 1)])
    assert {step for own in times.values() for step in own[0]} == {*REASONS, WHOLE}


def test_the_programs_know_the_tags() -> None:
    """A synthetic collection has a tagged document for each tag that it is large enough for."""
    documents = Synthetic(Material(TEXTS, np.zeros((len(TEXTS), 4), np.float32)), 101 * PASSAGES).build_documents()
    counts = {tag: sum(tag in one.metadata.get("tag", ()) for one in documents) for tag in TAGS}
    assert counts == {"twentieth": 6, "hundredth": 2, "thousandth": 1}

"""A generation and its engine in, a ``KnownItemReport`` out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from index.errors import UsageError
from index.generation.generation import Generation
from index.progress import Progress, Silent
from index.text.analyzer import Analyzer
from qa.engine import Engine
from qa.evaluation.known_item.defects import find_duplicates, find_thin_places
from qa.evaluation.known_item.material import CollectionView
from qa.evaluation.known_item.questions import HEADING, MAKERS, make_items
from qa.evaluation.known_item.types import (
    FoundShare,
    KnownItem,
    KnownItemOutcome,
    KnownItemReport,
    LostPassage,
    MissedItem,
)
from qa.evaluation.measures.statistics import bootstrap_interval
from qa.ranking.pipeline import PIPELINES
from qa.types import Mode, Request

# Passages that are probed at most unless the caller says otherwise: a minute or two on one core.
MAX_PASSAGES = 2000
BATCH = 64
TOP_K = 10
DEPTHS = {"first": 1, "among 3": 3, "among 10": TOP_K}


def evaluate_known_items(
    generation: Generation,
    engine: Engine,
    mode: Mode = "precise",
    most: int = MAX_PASSAGES,
    progress: Progress | None = None,
) -> KnownItemReport:
    """Ask for each passage in its own words, and report what was not found.

    ``engine`` must serve ``generation``. Of more than ``most`` passages every n-th is probed;
    near-duplicates and thin places are looked for in all of them. The same collection gives the
    same result. Raises UsageError for an invalid ``mode`` or ``most``, or if the engine serves
    another generation.
    """
    _check_arguments(generation, engine, mode, most)
    progress = progress or Silent()
    material = CollectionView(generation.contents, Analyzer(generation.manifest.settings["stemmer"]))
    count = len(generation.contents.passages)
    chosen = range(0, count, max(1, -(-count // most)))
    outcomes = _ask_items(engine, material, make_items(material, chosen), mode, progress)
    own: dict[int, list[KnownItemOutcome]] = {position: [] for position in chosen}
    for outcome in outcomes:
        for position in outcome.probe.right & own.keys():
            own[position].append(outcome)
    return KnownItemReport(
        index=generation.manifest.generation,
        mode=mode,
        passages=count,
        probed=len(chosen),
        every=chosen.step,
        unasked=sum(not asked for asked in own.values()),
        degraded=dict(Counter(leg for outcome in outcomes for leg in outcome.degraded)),
        shares=tuple(_compute_shares(outcomes)),
        lost=_find_lost(own, material),
        misled=_find_misled(outcomes, material),
        duplicates=find_duplicates(material, progress),
        thin=find_thin_places(material),
        outcomes=tuple(outcomes),
        ids=tuple(passage.id for passage in generation.contents.passages),
    )


def _check_arguments(generation: Generation, engine: Engine, mode: Mode, most: int) -> None:
    if mode not in PIPELINES:
        raise UsageError(f"invalid mode {mode!r}: must be one of {', '.join(PIPELINES)}")
    if most < 1:
        raise UsageError(f"invalid value '{most}' for --most: must be at least 1")
    served = engine.catalog.describe_index().generation
    if served != generation.manifest.generation:
        raise UsageError(f"the engine serves {served}, not {generation.manifest.generation}; open both from one index")


def _ask_items(
    engine: Engine, material: CollectionView, probes: Sequence[KnownItem], mode: Mode, progress: Progress
) -> list[KnownItemOutcome]:
    """Ask every question, and return the outcomes in order of the questions."""
    positions = {passage.id: position for position, passage in enumerate(material.contents.passages)}
    outcomes: dict[KnownItem, KnownItemOutcome] = {}
    # Questions of like length in a batch: the encoder fills each up to the longest of its batch.
    by_length = sorted(probes, key=lambda one: len(one.question))
    with progress.step("asking", len(probes)) as advance:
        for start in range(0, len(probes), BATCH):
            batch = by_length[start : start + BATCH]
            answers = engine.ask_many([Request(one.question, top_k=TOP_K, mode=mode) for one in batch])
            for one, answer in zip(batch, answers, strict=True):
                returned = tuple(positions[passage.id] for passage in answer.passages)
                outcomes[one] = KnownItemOutcome(one, returned, answer.retrieval.degraded)
            advance(len(batch))
    return [outcomes[one] for one in probes]


def _compute_shares(outcomes: Sequence[KnownItemOutcome]) -> Iterator[FoundShare]:
    """Yield the share found within each depth, for every kind that was asked, in order."""
    for kind in MAKERS:
        ranks = [outcome.rank or TOP_K + 1 for outcome in outcomes if outcome.probe.kind == kind]
        if ranks:
            found = {name: bootstrap_interval([float(r <= depth) for r in ranks]) for name, depth in DEPTHS.items()}
            yield FoundShare(kind, len(ranks), found)


def _find_misled(outcomes: Sequence[KnownItemOutcome], material: CollectionView) -> tuple[MissedItem, ...]:
    """Find headings that are answered first by text of another section, the worst first."""
    missed = [_describe_missed(o, material) for o in outcomes if o.probe.kind == HEADING and o.rank != 1]
    return tuple(sorted(missed, key=lambda one: -(one.rank or TOP_K + 1)))


def _find_lost(outcomes: Mapping[int, Sequence[KnownItemOutcome]], material: CollectionView) -> tuple[LostPassage, ...]:
    """Find passages that none of their questions found, worst first.

    Worse than a passage in whose stead another right one came is one without such; then
    count the probes that missed it.
    """

    def returns(outcome: KnownItemOutcome, position: int) -> bool:
        # A copy of it is as good.
        position, *returned = material.contents.passages.find_first_copies([position, *outcome.returned]).tolist()
        return position in returned

    found = [
        LostPassage(material.place(position), tuple(_describe_missed(outcome, material) for outcome in own))
        for position, own in outcomes.items()
        if own and not any(returns(outcome, position) for outcome in own)
    ]
    return tuple(sorted(found, key=lambda lost: (lost.stood_in_for, -len(lost.missed))))


def _describe_missed(outcome: KnownItemOutcome, material: CollectionView) -> MissedItem:
    first = material.place(outcome.returned[0]) if outcome.returned else None
    return MissedItem(outcome.probe.kind, outcome.probe.question, outcome.rank, first)

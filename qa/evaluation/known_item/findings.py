"""What the outcomes of all probes say: of each kind of probe, of each passage, of each heading."""

from collections.abc import Iterable, Iterator, Sequence

from qa.evaluation.known_item.material import CollectionView
from qa.evaluation.known_item.questions import HEADING, MAKERS
from qa.evaluation.known_item.types import FoundShare, KnownItemOutcome, LostPassage, MissedItem
from qa.evaluation.measures.statistics import bootstrap_interval

TOP_K = 10
DEPTHS = {"first": 1, "among 3": 3, "among 10": TOP_K}


def compute_shares(outcomes: Sequence[KnownItemOutcome]) -> tuple[FoundShare, ...]:
    """Compute the share found within each depth, for every kind that was asked, in order."""
    kinds = {kind: [outcome for outcome in outcomes if outcome.probe.kind == kind] for kind in MAKERS}
    return tuple(_compute_share(kind, own) for kind, own in kinds.items() if own)


def find_misled(outcomes: Sequence[KnownItemOutcome], material: CollectionView) -> tuple[MissedItem, ...]:
    """Find headings that are answered first by text of another section, the worst first."""
    missed = [_describe_missed(o, material) for o in outcomes if o.probe.kind == HEADING and o.rank != 1]
    return tuple(sorted(missed, key=lambda one: -(one.rank or TOP_K + 1)))


class PassageOutcomes:
    """Every probed passage and the outcomes of its probes: those for which it is right."""

    def __init__(self, outcomes: Sequence[KnownItemOutcome], probed: Iterable[int]) -> None:
        """Collect the outcomes of the passages at the positions ``probed``, and of no others."""
        wanted = frozenset(probed)
        self._outcomes: dict[int, list[KnownItemOutcome]] = {position: [] for position in sorted(wanted)}
        for outcome in outcomes:
            for position in outcome.probe.right & wanted:
                self._outcomes[position].append(outcome)

    @property
    def unasked(self) -> int:
        """How many have no probe."""
        return sum(not own for own in self._outcomes.values())

    def lost(self, material: CollectionView) -> tuple[LostPassage, ...]:
        """Return those that none of their questions found, worst first.

        Worse than a passage in whose stead another right one came is one without such; then
        count the probes that missed it.
        """
        found = [LostPassage(material.place(position), tuple(missed)) for position, missed in self._missed(material)]
        return tuple(sorted(found, key=lambda lost: (lost.stood_in_for, -len(lost.missed))))

    def _missed(self, material: CollectionView) -> Iterator[tuple[int, list[MissedItem]]]:
        for position, own in self._outcomes.items():
            if own and not any(position in outcome.returned for outcome in own):
                yield position, [_describe_missed(outcome, material) for outcome in own]


def _compute_share(kind: str, outcomes: Sequence[KnownItemOutcome]) -> FoundShare:
    ranks = [outcome.rank or TOP_K + 1 for outcome in outcomes]
    found = {name: bootstrap_interval([float(rank <= depth) for rank in ranks]) for name, depth in DEPTHS.items()}
    return FoundShare(kind, len(outcomes), found)


def _describe_missed(outcome: KnownItemOutcome, material: CollectionView) -> MissedItem:
    first = material.place(outcome.returned[0]) if outcome.returned else None
    return MissedItem(outcome.probe.kind, outcome.probe.question, outcome.rank, first)

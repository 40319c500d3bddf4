"""What the outcomes of all probes say: of each kind of probe, of each passage, of each heading."""

from collections.abc import Iterable, Iterator, Sequence

from qa.evaluation.known_item.material import Material
from qa.evaluation.known_item.questions import HEADING, PROBES
from qa.evaluation.known_item.types import Lost, Missed, Outcome, Share
from qa.evaluation.measures.statistics import interval

TOP_K = 10
DEPTHS = {"first": 1, "among 3": 3, "among 10": TOP_K}


def shares(outcomes: Sequence[Outcome]) -> tuple[Share, ...]:
    """The share found within each depth, for every kind that was asked, in the order of the table."""
    kinds = {kind: [outcome for outcome in outcomes if outcome.probe.kind == kind] for kind in PROBES}
    return tuple(_share(kind, own) for kind, own in kinds.items() if own)


def misled(outcomes: Sequence[Outcome], material: Material) -> tuple[Missed, ...]:
    """Headings that are answered first by what does not stand under them, the farthest off first."""
    missed = [_missed(o, material) for o in outcomes if o.probe.kind == HEADING and o.rank != 1]
    return tuple(sorted(missed, key=lambda one: -(one.rank or TOP_K + 1)))


class Passages:
    """Every probed passage and the outcomes of its probes: those for which it is right."""

    def __init__(self, outcomes: Sequence[Outcome], probed: Iterable[int]) -> None:
        """``probed`` are positions; a passage that is right but was not probed is left out."""
        wanted = frozenset(probed)
        self._outcomes: dict[int, list[Outcome]] = {position: [] for position in sorted(wanted)}
        for outcome in outcomes:
            for position in outcome.probe.right & wanted:
                self._outcomes[position].append(outcome)

    @property
    def unasked(self) -> int:
        """How many have no probe."""
        return sum(not own for own in self._outcomes.values())

    def lost(self, material: Material) -> tuple[Lost, ...]:
        """Those that none of their probes returned, worst first.

        Worse than a passage in whose stead another right one came is one without such; then
        count the probes that missed it.
        """
        found = [Lost(material.place(position), tuple(missed)) for position, missed in self._missed(material)]
        return tuple(sorted(found, key=lambda lost: (lost.stood_in_for, -len(lost.missed))))

    def _missed(self, material: Material) -> Iterator[tuple[int, list[Missed]]]:
        for position, own in self._outcomes.items():
            if own and not any(position in outcome.returned for outcome in own):
                yield position, [_missed(outcome, material) for outcome in own]


def _share(kind: str, outcomes: Sequence[Outcome]) -> Share:
    ranks = [outcome.rank or TOP_K + 1 for outcome in outcomes]
    found = {name: interval([float(rank <= depth) for rank in ranks]) for name, depth in DEPTHS.items()}
    return Share(kind, len(outcomes), found)


def _missed(outcome: Outcome, material: Material) -> Missed:
    first = material.place(outcome.returned[0]) if outcome.returned else None
    return Missed(outcome.probe.kind, outcome.probe.question, outcome.rank, first)

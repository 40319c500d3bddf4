"""The ranking stages of each mode, in the order in which they run: one file, one line each."""

from collections.abc import Callable, Mapping

from qa.fuse import Hit
from qa.stages.demote import DemoteReferences
from qa.stages.late import LateInteraction
from qa.stages.parts import Parts
from qa.stages.reread import Reread
from qa.types import Mode, Query

Stage = Callable[[Query, list[Hit]], list[Hit]]
"""Hits in, hits out, best first; parameters are the constructor's."""

STAGES: Mapping[Mode, tuple[Callable[[Parts], Stage], ...]] = {
    "fast": (LateInteraction, DemoteReferences),
    "precise": (LateInteraction, DemoteReferences, Reread),
}

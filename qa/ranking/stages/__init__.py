"""The ranking stages of each mode, in the order in which they run: one file, one line each."""

from collections.abc import Callable, Mapping

from qa.ranking.fusion import Hit
from qa.ranking.stages.late_interaction import LateInteraction
from qa.ranking.stages.parts import Parts
from qa.ranking.stages.rerank import Reread
from qa.types import Mode, Query

Stage = Callable[[Query, list[Hit]], list[Hit]]
"""Hits in, hits out, best first; parameters are the constructor's."""

STAGES: Mapping[Mode, tuple[Callable[[Parts], Stage], ...]] = {
    "fast": (LateInteraction,),
    "precise": (LateInteraction, Reread),
}

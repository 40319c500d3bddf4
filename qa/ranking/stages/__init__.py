"""The ranking stages of each mode, in the order in which they run: one file, one line each."""

from collections.abc import Callable, Mapping

from index.generation.generation import GenerationContents
from qa.ranking.fusion import Hit
from qa.ranking.stages.collapse_copies import CollapseCopies
from qa.ranking.stages.late_interaction import LateInteraction
from qa.ranking.stages.rerank import Rerank
from qa.types import Mode, Query, Reader

# Hits in, the same hits out, best first, or one of each text; parameters are the constructor's.
Stage = Callable[[Query, list[Hit]], list[Hit]]
# Builds a stage for one generation, with the reader if there is one.
StageFactory = Callable[[GenerationContents, Reader | None], Stage]

STAGES: Mapping[Mode, tuple[StageFactory, ...]] = {
    "fast": (LateInteraction, CollapseCopies),
    "precise": (LateInteraction, CollapseCopies, Rerank),
}

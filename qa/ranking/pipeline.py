"""How each mode gets from a question to ranked hits: what an ablation takes apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from index.text.analyzer import Analyzer
from qa.query.understand import understand
from qa.ranking.fusion import Hit, fuse
from qa.ranking.retriever import Retrieved
from qa.ranking.stages import STAGES, Stage
from qa.ranking.stages.parts import Parts
from qa.types import Mode, Query, Request


@dataclass(frozen=True, slots=True)
class Way:
    """The exchangeable steps in their order: request → query, (retrieval,) legs → hits, stages."""

    understand: Callable[[Request, Analyzer, Callable[[str], str]], Query] = understand
    fuse: Callable[[Retrieved], list[Hit]] = fuse
    stages: tuple[Callable[[Parts], Stage], ...] = STAGES["precise"]


WAYS: Mapping[Mode, Way] = {"fast": Way(stages=STAGES["fast"]), "precise": Way()}

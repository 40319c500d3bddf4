"""The exchangeable steps of each mode; an ablation replaces some of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from index.text.analyzer import Analyzer
from qa.query.understand import understand
from qa.ranking.fusion import Hit, fuse
from qa.ranking.retriever import Candidates
from qa.ranking.stages import STAGES, StageFactory
from qa.types import Mode, Query, Request


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The steps of one mode: request to query, candidates to hits, and the stages that rerank the hits."""

    understand: Callable[[Request, Analyzer, Callable[[str], str]], Query] = understand
    fuse: Callable[[Candidates], list[Hit]] = fuse
    stages: tuple[StageFactory, ...] = STAGES["precise"]


PIPELINES: Mapping[Mode, Pipeline] = {"fast": Pipeline(stages=STAGES["fast"]), "precise": Pipeline()}

"""Time of both modes over a collection, with and without filters and single steps, in one process.

OMP_NUM_THREADS=1 python -m benchmarks.speed.mode_child INDEX ../shared/data
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

import qa.engine
from benchmarks.speed.paired import run_interleaved
from benchmarks.speed.part import FAST, PRECISE
from benchmarks.speed.scale_child import WARM, load_scale_questions
from benchmarks.speed.steps import FILTERING, StepTimer, wrap_steps
from benchmarks.speed.synthetic import TAGS
from index.embedding import load_encoder
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.metadata_filter import MetadataFilter
from index.types import Encoder
from qa.engine import Engine
from qa.ranking.pipeline import PIPELINES, Pipeline
from qa.ranking.stages.late_interaction import LateInteraction
from qa.types import Mode, Request

WITHOUT = f"{FAST} without late interaction"
MODES: Mapping[Mode, str] = {"fast": FAST, "precise": PRECISE}


@dataclass(frozen=True, slots=True)
class Way:
    """An engine, the mode in which it is asked, and the tag of the documents that may be found."""

    engine: Engine
    mode: Mode
    tag: str = ""

    def make_request(self, question: str) -> Request:
        """Return the question with the mode and the filter."""
        tagged = MetadataFilter.parse({"tag": self.tag} if self.tag else {})
        return Request(question, mode=self.mode, filter=tagged)

    def ask(self, question: str, clock: StepTimer) -> Mapping[str, float]:
        """Return the milliseconds of each step and of the whole."""
        return clock.time_question(self.engine, self.make_request(question))


def name_filtered(mode: Mode, tag: str) -> str:
    """Return the name of a mode whose questions are filtered by a tag."""
    return f"{MODES[mode]}, {100 / TAGS[tag]:g} % of the documents"


def list_ways(generation: Generation, encoder: Encoder, clock: StepTimer) -> Iterator[tuple[str, Way]]:
    """Yield what is asked; each mode has its own engine, so that none benefits from another's cache."""
    fast = PIPELINES["fast"]
    bare = Pipeline(fast.understand, fast.fuse, tuple(one for one in fast.stages if one is not LateInteraction))
    engines: dict[Mode, Engine] = {mode: Engine(generation, encoder) for mode in MODES}
    without = Engine(generation, encoder, pipelines={"fast": bare})
    clock.wrap_method(qa.engine, "build_filter", FILTERING)
    wrap_steps(without, clock, "fast")
    yield WITHOUT, Way(without, "fast")
    for mode, engine in engines.items():
        wrap_steps(engine, clock, mode)
        yield MODES[mode], Way(engine, mode)
        for tag, every in TAGS.items():
            # A smaller collection has no share of documents that is so small.
            if len(generation.contents.documents) >= every:
                yield name_filtered(mode, tag), Way(engine, mode, tag)


def measure_modes(
    generation: Generation, encoder: Encoder, questions: Sequence[str]
) -> dict[str, list[Mapping[str, float]]]:
    """Return the milliseconds of each step for each question and way, asked in turn; the first ones warm up."""
    clock = StepTimer()
    ways = {name: partial(way.ask, clock=clock) for name, way in list_ways(generation, encoder, clock)}
    return {name: own[WARM:] for name, own in run_interleaved(ways, questions).items()}


@click.command()
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.argument("data", type=click.Path(path_type=Path, exists=True))
def main(index: Path, data: Path) -> None:
    """Print as JSON how long INDEX takes for the questions of DATA."""
    questions = load_scale_questions(data)
    click.echo(json.dumps(measure_modes(IndexDirectory(index).open_current(), load_encoder(), questions)))


if __name__ == "__main__":
    main()

"""Collect what the report of a build shows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.build.copies import CopyGroup
from index.build.dry_run import DryRun
from index.build.inventory import Inventory, SkipReason
from index.build.summary import ProblemGroup, group_problems
from index.embedding import load_generation_encoder
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.parsers import PARSERS
from index.progress import StepTimes
from index.settings import IndexSettings, ServeSettings
from index.writes.build import WritesReport
from index.writes.summary import summarize_build, summarize_dry_run
from qa.engine import Engine
from qa.evaluation.known_item.defects import find_blank_pages
from qa.evaluation.known_item.evaluate import evaluate_known_items
from qa.evaluation.known_item.types import BlankPage, KnownItemReport
from qa.evaluation.report.pages import write_page
from qa.reader.language import detect_language

TEMPLATE = "build.html"
# Passages that are asked for in their own words: a minute or two. In a larger collection the comparison of all passages
# with each other, which comes with it, would take long.
MAX_ASKED, MAX_COMPARED = 200, 20_000


@dataclass(frozen=True, slots=True)
class BuildPage:
    """What the template shows; what a dry run does not know is empty."""

    source: str
    result: str
    inventory: Inventory
    copies: tuple[CopyGroup, ...]
    seconds: Mapping[str, float]
    costs: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    blank_pages: tuple[BlankPage, ...] = ()
    known_items: KnownItemReport | None = None

    @property
    def problems(self) -> list[ProblemGroup]:
        """The problems by reason, the largest group first."""
        return group_problems(self.inventory.problems)

    @property
    def skipped(self) -> dict[SkipReason, list[str]]:
        """What was passed over, by reason."""
        return {
            reason: [skip.where for skip in self.inventory.skipped if skip.reason is reason]
            for reason in self.inventory.count_skipped()
        }

    @property
    def readable(self) -> tuple[str, ...]:
        """The formats that are read."""
        return tuple(PARSERS)


def write_build_report(result: DryRun | WritesReport, path: Path, settings: IndexSettings, progress: StepTimes) -> Path:
    """Write the report of a build or of a dry run, and return its path."""
    if isinstance(result, WritesReport):
        page = collect_build(result, settings, progress)
    else:
        page = BuildPage(result.source, summarize_dry_run(result), result.inventory, result.copies, progress.seconds)
    return write_page(path, TEMPLATE, report=page)


def collect_build(report: WritesReport, settings: IndexSettings, progress: StepTimes) -> BuildPage:
    """Return what a build has found, with the languages of its documents, and what cannot be found among them."""
    build, manifest = report.build, report.build.manifest
    generation = Generation.open(Path(settings.index) / manifest.generation)
    languages, blank_pages = Counter[str](), list[BlankPage]()
    with progress.step("telling languages", len(generation.contents.documents)) as advance:
        for document in generation.contents.documents:
            languages[detect_language(document.text)] += 1
            blank_pages += find_blank_pages(document)
            advance(1)
    stored = sum(digest.size for digest in manifest.files.values())
    costs = {name: f"{count:,}" for name, count in manifest.counts.items()}
    costs |= {
        "units embedded": f"{build.embedded:,}",
        "units reused": f"{build.reused:,}",
        "bytes on disk": f"{stored:,}",
    }
    known_items = _ask_for_known_items(generation, settings, progress) if report.is_published else None
    return BuildPage(
        manifest.source,
        summarize_build(report, settings.index),
        build.inventory,
        build.copies,
        progress.seconds,
        costs,
        dict(languages.most_common()),
        tuple(blank_pages),
        known_items,
    )


def _ask_for_known_items(
    generation: Generation, settings: IndexSettings, progress: StepTimes
) -> KnownItemReport | None:
    """Ask for passages in their own words, unless there are too many of them."""
    if len(generation.contents.passages) > MAX_COMPARED:
        return None
    served = IndexDirectory(Path(settings.index)).open_current()
    if served.folder != generation.folder:  # another build was faster
        return None
    encoder = load_generation_encoder(served.folder, served.manifest, None)
    engine = Engine(served, encoder, ServeSettings().reader)
    return evaluate_known_items(served, engine, "precise", MAX_ASKED, progress)

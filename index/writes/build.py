"""Build a generation with everything that was written over HTTP."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from index.build.changes import Overrides
from index.build.pipeline import BuildReport, build_folder
from index.errors import GenerationError, LostPointer, NetsphereError
from index.generation.directory import IndexDirectory
from index.generation.documents import Documents
from index.generation.generation import DOCUMENTS
from index.progress import Progress
from index.settings import IndexSettings
from index.writes.batches import BatchQueue
from index.writes.change_summary import ChangeSummary, count_changes
from index.writes.journal import Journal
from index.writes.parse import UploadParser
from index.writes.publish import unpin

# Builds with what was written; the second argument says whether the files of the folder are read, too.
Build: TypeAlias = Callable[[Overrides, bool], BuildReport]


@dataclass(frozen=True, slots=True)
class WritesReport:
    """The result of a build, how its generation differs from ``before``, and whether it is served or held."""

    build: BuildReport
    changes: ChangeSummary
    is_published: bool


def build_folder_with_writes(folder: Path, settings: IndexSettings, progress: Progress) -> WritesReport:
    """Build from the files of a folder and what was written, with the model of the settings.

    Raises what ``build_folder`` raises, and JournalError.
    """

    def build_source(overrides: Overrides, reads_files: bool) -> BuildReport:
        return build_folder(folder, settings, progress, overrides)

    with UploadParser(settings) as parser:
        return build_with_writes(build_source, settings, reads_files=True, parser=parser)


def build_with_writes(build: Build, settings: IndexSettings, reads_files: bool, parser: UploadParser) -> WritesReport:
    """Call ``build`` with what was written, and record in the journal what the generation contains.

    If ``reads_files`` is false, the documents of the served generation stay, so that only newer writes are applied,
    unless a job that waits made files count again.
    Raises what ``build`` raises, and JournalError. The writes then still wait.
    """
    directory, queue = IndexDirectory(Path(settings.index)), BatchQueue(Journal(Path(settings.index)))
    before = _find_current(directory)

    def run(overrides: Overrides, reads_files: bool) -> WritesReport:
        return _make_report(build(overrides, reads_files), directory, before, settings.hold)

    if queue.exists:
        report = _build_batch(run, queue, before, reads_files, parser)
        queue.forget_generations_before(directory.list_generations()[0])
    else:
        report = run({}, reads_files)
    if not settings.hold:
        unpin(directory)
    return report


def _build_batch(
    run: Callable[[Overrides, bool], WritesReport],
    queue: BatchQueue,
    before: str | None,
    reads_files: bool,
    parser: UploadParser,
) -> WritesReport:
    """Build the jobs that wait; the documents of the generation ``before`` stay, unless the files are read."""
    batch = queue.start()
    try:
        parser.parse(queue, batch)
        reads_files = reads_files or queue.needs_files(batch, before)
        report = run(queue.read_overrides(batch, None if reads_files else before), reads_files)
    except (NetsphereError, OSError) as error:
        queue.requeue(str(error))
        raise
    except Exception as error:
        queue.record_crash(f"the build failed ({type(error).__name__}: {error}); the log has details")
        raise
    queue.finish(batch, report.build.manifest.generation, report.is_published, report.changes)
    return report


def _find_current(directory: IndexDirectory) -> str | None:
    try:
        return directory.find_current()
    except LostPointer:  # a build repairs it
        return None


def _make_report(report: BuildReport, directory: IndexDirectory, before: str | None, hold: bool) -> WritesReport:
    # What is served already needs no yes.
    is_published = not (hold and report.changed)
    if not report.changed:
        return WritesReport(report, ChangeSummary(before, 0, 0, 0, 0), is_published)
    after = Documents.load(directory.root / report.manifest.generation / DOCUMENTS)
    counts = len(after), 0, 0
    if before:
        # One that is damaged or in an older format has nothing to compare with.
        with suppress(GenerationError, OSError, ValueError):
            counts = count_changes(Documents.load(directory.root / before / DOCUMENTS), after)
    return WritesReport(report, ChangeSummary(before, *counts, report.embedded), is_published)

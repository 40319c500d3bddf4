"""The process that builds what is written, and what changes in the folder, while the workers answer."""

import logging
import os
import socket
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from pathlib import Path
from time import monotonic, sleep

from index.build.changes import Overrides
from index.build.pipeline import BuildReport, build_index
from index.commands import format_publish
from index.embedding import load_generation_encoder
from index.errors import BuildInProgress, GenerationError, NetsphereError
from index.generation.directory import IndexDirectory
from index.generation.manifest import Manifest
from index.writes.batches import BatchQueue
from index.writes.build import WritesReport, build_with_writes
from index.writes.journal import Journal
from index.writes.parse import UploadParser
from index.writes.publish import is_pinned
from qa.engine import Engine
from qa.web.documents.comparison import compare_answers, read_questions
from qa.web.documents.options import BuilderOptions
from qa.web.documents.watcher import FolderWatcher

log = logging.getLogger(__name__)

# Answering comes first.
NICENESS = 5
# Writes that arrive in this time after the first are built with it.
GATHER_S = 0.05
# How often to look for writes of which nobody has told, and for another build to end.
POLL_S = 1.0
# A build that failed is tried again after this time, doubled each time; at once if something is written.
RETRY_S, MAX_RETRY_S = 1.0, 60.0
PUBLISHED = b"P"


def run_builder(options: BuilderOptions, control: socket.socket, crashed: bool) -> None:
    """Build what is written until ``control`` is closed; ``crashed`` says that the process before ended unexpectedly.

    A byte that is sent to ``control`` says that something was written; one comes back if a generation was published.
    """
    os.nice(NICENESS)
    builder = Builder(options, control)
    builder.recover(crashed)
    builder.run()


@dataclass
class Builder:
    """Builds one generation after the other."""

    options: BuilderOptions
    control: socket.socket
    _directory: IndexDirectory = field(init=False)
    _queue: BatchQueue = field(init=False)
    _parser: UploadParser = field(init=False)
    _watcher: FolderWatcher | None = None
    # True if the folder may differ from what is served, as it may after a start.
    _folder_changed: bool = False
    _retry_at: float = 0.0
    _retry_delay: float = RETRY_S

    def __post_init__(self) -> None:
        """Open the folder."""
        root = Path(self.options.index.index)
        self._directory, self._queue = IndexDirectory(root), BatchQueue(Journal(root))
        # Started now, so that it is there when the first file is written.
        self._parser = UploadParser(self.options.index)
        self._parser.start()
        self._folder_changed = self.options.watch

    def recover(self, crashed: bool) -> None:
        """Finish what a process that was killed has left."""
        current = self._directory.find_current()
        if self._queue.exists and current:
            # Published before it could be recorded.
            self._queue.publish(current)
            if crashed:
                self._queue.record_crash("the process that builds ended unexpectedly; the log has details")

    def run(self) -> None:
        """Build until the supervisor is gone."""
        while self._wait():
            if monotonic() >= self._retry_at and (self._folder_changed or self._queue.has_waiting()):
                sleep(GATHER_S)
                self._try_to_build()

    def _wait(self) -> bool:
        """Wait for something to do, for a moment; return False if the supervisor is gone."""
        self._follow_source()
        sockets = [self.control, *([self._watcher.changes] if self._watcher else [])]
        is_idle = not (self._folder_changed and monotonic() >= self._retry_at)
        readable = wait(sockets, POLL_S if is_idle else 0)
        if self.control in readable:
            if not self.control.recv(4096):
                return False
            self._retry_at = 0.0
        if self._watcher and self._watcher.take_changes():
            self._folder_changed, self._retry_at = True, 0.0
        return True

    def _follow_source(self) -> None:
        """Watch the folder that the served generation was built from."""
        if not self.options.watch:
            return
        try:
            source = self._read_manifest().source
        except GenerationError:  # a build says what is wrong
            return
        if source and (self._watcher is None or self._watcher.source != Path(source).absolute()):
            if self._watcher:
                self._watcher.stop()
            self._watcher = FolderWatcher(Path(source))

    def _try_to_build(self) -> None:
        try:
            report = self._build()
        except BuildInProgress:
            self._retry_at = monotonic() + POLL_S
        except (NetsphereError, OSError) as error:
            log.error("cannot build what was written: %s; tried again in %.0f s", error, self._retry_delay)
            self._retry_at = monotonic() + self._retry_delay
            self._retry_delay = min(2 * self._retry_delay, MAX_RETRY_S)
        else:
            self._retry_at, self._retry_delay = 0.0, RETRY_S
            self._report(report)

    def _build(self) -> WritesReport:
        manifest = self._read_manifest()
        hold = self.options.index.hold or is_pinned(self._directory)
        settings = replace(self.options.index, model=manifest.model, hold=hold, **manifest.settings)
        encoder = load_generation_encoder(self._directory.root / manifest.generation, manifest, self.options.model)

        def run(overrides: Overrides, reads_files: bool) -> BuildReport:
            source = Path(manifest.source) if reads_files else None
            return build_index(source, settings, encoder, None, overrides)

        folder_changed, self._folder_changed = self._folder_changed, False
        try:
            return build_with_writes(run, settings, folder_changed, self._parser)
        except BaseException:
            self._folder_changed = folder_changed
            raise

    def _report(self, report: WritesReport) -> None:
        """Tell the supervisor and the log, and ask the recorded questions of the old and of the new generation."""
        if not report.build.changed:
            return
        name = report.build.manifest.generation
        if report.is_published:
            self.control.send(PUBLISHED)
        state = "published" if report.is_published else f"held until: {format_publish(self.options.index.index)}"
        log.info("generation %s is %s; %s", name, state, report.changes)
        questions = read_questions(self.options.feedback, self.options.questions)
        if not questions or report.changes.before is None:
            return
        model, reader, models = self.options.model, self.options.reader, self.options.index.models
        try:
            before, after = (
                Engine.open(self._directory.root, model, reader, one, models) for one in (report.changes.before, name)
            )
            found = compare_answers(before, after, questions, self._is_interrupted)
        except NetsphereError as error:  # one was pruned meanwhile
            log.warning("cannot compare the answers: %s", error)
            return
        if found:
            changes = replace(report.changes, questions=found)
            log.info("generation %s: %s", name, changes)
            self._queue.update_changes(name, changes)

    def _is_interrupted(self) -> bool:
        """Return whether there is something to build, or the supervisor is gone."""
        sockets = [self.control, *([self._watcher.changes] if self._watcher else [])]
        return bool(wait(sockets, 0))

    def _read_manifest(self) -> Manifest:
        return Manifest.read(self._directory.root / self._directory.require_current())

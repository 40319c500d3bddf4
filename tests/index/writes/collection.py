"""A folder of files, an index of them, and what is written to it."""

from pathlib import Path

from click.testing import CliRunner, Result

from index.__main__ import main
from index.build.changes import Overrides
from index.build.pipeline import BuildReport, build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from index.types import Document
from index.writes.batches import BatchQueue
from index.writes.build import WritesReport, build_with_writes
from index.writes.jobs import Job
from index.writes.journal import Journal, Write
from index.writes.parse import UploadParser
from tests.doubles import WordEncoder


class Collection:
    """A folder of files, an index, and what is written to it."""

    def __init__(self, folder: Path) -> None:
        """Start with two files, which are indexed."""
        self.source, self.root = folder / "texts", folder / "index"
        self.journal, self.directory = Journal(self.root), IndexDirectory(self.root)
        self.source.mkdir()
        (self.source / "a.txt").write_text("Cats sleep on mats.", encoding="utf-8")
        (self.source / "b.txt").write_text("Dogs dig holes.", encoding="utf-8")
        self.build()

    def build(self, reads_files: bool = True, hold: bool = False) -> WritesReport:
        """Build, from the files or without reading them."""
        settings = IndexSettings(index=str(self.root), hold=hold, keep=10)

        def run(overrides: Overrides, reads_files: bool) -> BuildReport:
            return build_index(self.source if reads_files else None, settings, WordEncoder(), None, overrides)

        with UploadParser(settings) as parser:
            return build_with_writes(run, settings, reads_files, parser)

    def write(self, **texts: str | None) -> Job:
        """Write texts by id, None to remove one."""
        return self.journal.add(
            [
                Write.of_removal(name) if text is None else Write.of_document(Document(name, text))
                for name, text in texts.items()
            ]
        )

    @property
    def queue(self) -> BatchQueue:
        """The journal as a build sees it."""
        return BatchQueue(self.journal)

    def state(self, job: Job) -> str:
        """Return the state of a job."""
        found = self.journal.find_job(job.id)
        assert found
        return str(found.state)

    @property
    def served(self) -> dict[str, str]:
        """The texts that are served, by id."""
        documents = self.directory.open_current().contents.documents
        return {document.id: document.text for document in documents}

    def command(self, *arguments: str) -> Result:
        """Run a command of the index."""
        result = CliRunner().invoke(main, [*arguments, "--index", str(self.root)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

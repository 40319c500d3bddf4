"""The journal: durable, all or nothing, and without a trace of what was removed."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from index.types import Document, Heading, Place
from index.writes import jobs
from index.writes.batches import BatchQueue
from index.writes.database import FILE_NAME, JournalError
from index.writes.jobs import JobState
from index.writes.journal import (
    Journal,
    Precondition,
    PreconditionFailed,
    Write,
    WriteCounts,
    decode_document,
    encode_document,
)

DOCUMENT = Document(
    "a/b.md", "# Ärger\n\nText.", "Ärger", {"tags": ["x"]}, (Heading(0, 7, 1),), (0, 9), (Place(9, "slide 1"),)
)


def publish_all(root: Path, generation: str = "000002-aaaaaaaa") -> None:
    """Publish what waits, as a build does."""
    queue = BatchQueue(Journal(root))
    queue.finish(queue.start(), generation, True, None)


def test_a_document_comes_back_as_it_was_written() -> None:
    """With metadata, headings, pages and places."""
    assert decode_document(encode_document(DOCUMENT)) == DOCUMENT


def test_a_document_without_places_is_read() -> None:
    """The first journals were written by a program that knew none."""
    fields = json.loads(encode_document(DOCUMENT))
    del fields["places"]
    assert decode_document(json.dumps(fields).encode()) == replace(DOCUMENT, places=())


def test_nothing_is_created_before_the_first_write(tmp_path: Path) -> None:
    """Asking an index that was never written to leaves no file behind."""
    journal = Journal(tmp_path)
    assert journal.count() == WriteCounts()
    assert journal.list_jobs(10) == []
    assert journal.find_job("1") is None
    assert not journal.knows("a")
    journal.compact()
    assert [*tmp_path.iterdir()] == []


def test_a_job_is_found_by_its_id(tmp_path: Path) -> None:
    """It counts the documents and is queued; the last one is listed first."""
    journal = Journal(tmp_path)
    first = journal.add([Write.of_document(DOCUMENT), Write.of_removal("c")])
    second = journal.add([Write("d.pdf", ".pdf", b"%PDF")])
    assert (first.state, first.documents) == (JobState.QUEUED, 2)
    assert journal.find_job(first.id) == first
    assert journal.list_jobs(10) == [second, first]
    assert journal.list_jobs(1) == [second]
    assert journal.count() == WriteCounts(waiting=2)


@pytest.mark.parametrize("id", ["", "2", "-1", "x", "1.0", "٣", "9" * 40])
def test_an_id_that_no_job_has_finds_none(tmp_path: Path, id: str) -> None:
    """Whatever it is."""
    journal = Journal(tmp_path)
    journal.add([Write.of_removal("a")])
    assert journal.find_job(id) is None


def test_it_knows_what_is_written_or_waits(tmp_path: Path) -> None:
    """A removal is not known, before and after it is published."""
    journal = Journal(tmp_path)
    journal.add([Write.of_document(DOCUMENT)])
    assert journal.knows(DOCUMENT.id)
    publish_all(tmp_path)
    assert journal.knows(DOCUMENT.id)
    journal.add([Write.of_removal(DOCUMENT.id), Write.of_removal("other")])
    publish_all(tmp_path)
    assert not journal.knows(DOCUMENT.id)
    assert not journal.knows("other")
    assert journal.count() == WriteCounts(written=0, removed=2, waiting=0)


@pytest.mark.parametrize(
    ("published", "served", "expected", "holds"),
    [
        (False, "old", "old", True),
        (False, None, "old", False),
        (True, "old", "old", False),
        (True, "old", DOCUMENT.sha256, True),
    ],
)
def test_a_precondition_compares_with_the_last_text(
    tmp_path: Path, published: bool, served: str | None, expected: str, holds: bool
) -> None:
    """With the published one, which a worker may not serve yet, and else with the served one."""
    journal = Journal(tmp_path)
    if published:
        journal.add([Write.of_document(DOCUMENT)])
        publish_all(tmp_path)
    condition = Precondition(DOCUMENT.id, lambda sha256: sha256 == expected, served)
    if holds:
        journal.add([Write.of_removal(DOCUMENT.id)], condition)
        return
    with pytest.raises(PreconditionFailed):
        journal.add([Write.of_removal(DOCUMENT.id)], condition)
    assert journal.count().waiting == 0


def test_a_precondition_fails_while_another_write_waits(tmp_path: Path) -> None:
    """Nobody knows yet what the text will be."""
    journal = Journal(tmp_path)
    journal.add([Write(DOCUMENT.id, ".md", b"text")])
    with pytest.raises(PreconditionFailed):
        journal.add([Write.of_removal(DOCUMENT.id)], Precondition(DOCUMENT.id, lambda _: True, "old"))


def test_only_the_last_finished_jobs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits is kept whatever its age."""
    monkeypatch.setattr(jobs, "MAX_FINISHED_JOBS", 3)
    journal = Journal(tmp_path)
    first = journal.add([Write.of_removal("a")])
    publish_all(tmp_path)
    waiting = journal.add([Write.of_removal("a")])
    for _ in range(3):
        journal.add([Write.of_removal("a")])
    assert journal.find_job(first.id) is None
    assert journal.find_job(waiting.id) is not None


def test_a_removed_text_is_not_in_the_file(tmp_path: Path) -> None:
    """Not that of a file that waited, not that of a document that was replaced, not in the file beside it."""
    journal = Journal(tmp_path)
    secrets = [b"first secret " * 1000, b"second secret " * 1000, b"third secret " * 1000]
    for secret in secrets:
        journal.add([Write.of_document(Document("a", secret.decode()))])
    journal.add([Write("b", ".txt", b"fourth secret " * 1000)])
    assert b"fourth secret" in journal.path.read_bytes()
    journal.add([Write.of_removal("a"), Write.of_removal("b")])
    queue = BatchQueue(journal)
    batch = queue.start()
    for upload in queue.list_uploads(batch):
        queue.replace_upload(upload, [Document("b", queue.read_upload(upload).decode())], [])
    queue.finish(batch, "000002-aaaaaaaa", True, None)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    assert b"secret" not in journal.path.read_bytes()
    size = journal.path.stat().st_size
    journal.compact()
    assert journal.path.stat().st_size < size


def test_a_damaged_file_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    """It is never replaced by an empty one."""
    (tmp_path / FILE_NAME).write_bytes(b"damaged" * 1000)
    with pytest.raises(JournalError, match=r"writes\.sqlite cannot be used .*; restore it from a backup, or delete it"):
        Journal(tmp_path).add([Write.of_removal("a")])
    with pytest.raises(JournalError, match="restore it"):
        Journal(tmp_path).count()
    assert (tmp_path / FILE_NAME).read_bytes() == b"damaged" * 1000


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """It names the file."""
    with pytest.raises(JournalError, match="make room on the disk, or let this user write there"):
        Journal(tmp_path / "absent").add([Write.of_removal("a")])


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from index.writes.journal import Journal, Write
journal = Journal(Path(sys.argv[1]))
while True:
    print(journal.add([Write("a", ".txt", b"text " * 10_000)] * 3).id, flush=True)
"""


def test_a_write_that_was_confirmed_survives_a_kill(tmp_path: Path) -> None:
    """All of a job is there or nothing of it."""
    for number in range(3):
        with subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            for _ in range(3 + 4 * number):
                process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
            rest = process.stdout.read().split()
        confirmed = int(rest[-1]) if rest else 0
        queue = BatchQueue(Journal(tmp_path))
        listed = Journal(tmp_path).list_jobs(1000)
        assert int(listed[0].id) >= confirmed
        assert [int(job.id) for job in reversed(listed)] == [*range(1, len(listed) + 1)]
        assert len(queue.list_uploads(queue.start())) == 3 * len(listed)

"""Batches: jobs that wait are built together, and one that cannot be built does not hold up the others."""

from pathlib import Path

import pytest

from index.types import Document, LoadProblem
from index.writes.batches import MAX_ATTEMPTS, MAX_SHARED_ATTEMPTS, Batch, BatchQueue
from index.writes.change_summary import ChangeSummary, Questions
from index.writes.jobs import Job, JobState
from index.writes.journal import Journal, Write, WriteCounts

FIRST, SECOND, THIRD = "000002-aaaaaaaa", "000003-bbbbbbbb", "000004-cccccccc"


class Written:
    """A journal and its queue."""

    def __init__(self, root: Path) -> None:
        """Create nothing yet."""
        self.journal = Journal(root)
        self.queue = BatchQueue(self.journal)

    def write(self, **texts: str | None) -> Job:
        """Write texts by id, None to remove one."""
        writes = [
            Write.of_removal(name) if text is None else Write.of_document(Document(name, text))
            for name, text in texts.items()
        ]
        return self.journal.add(writes)

    def state(self, job: Job) -> Job:
        """Return a job as it is now."""
        found = self.journal.find_job(job.id)
        assert found
        return found

    def overrides(self, batch: Batch, generation: str | None = None) -> dict[str, str | None]:
        """Return the texts that a build gets."""
        found = self.queue.read_overrides(batch, generation)
        return {name: document and document.text for name, document in found.items()}

    def publish(self, generation: str) -> None:
        """Build and publish what waits."""
        self.queue.finish(self.queue.start(), generation, True, None)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """An empty journal."""
    return Written(tmp_path)


def test_what_waits_is_built_together(written: Written) -> None:
    """In the order of the writes; what arrives meanwhile waits for the next batch."""
    assert not written.queue.has_waiting()
    jobs = [written.write(a="one", b="one"), written.write(a="two", c=None)]
    batch = written.queue.start()
    late = written.write(a="three")
    assert [written.state(job).state for job in jobs] == [JobState.BUILDING] * 2
    assert written.overrides(batch) == {"a": "two", "b": "one", "c": None}
    changes = ChangeSummary("000001-00000000", 2, 0, 0, 5, Questions(3, 1, 1))
    written.queue.finish(batch, FIRST, True, changes)
    for job in jobs:
        assert written.state(job).state == JobState.PUBLISHED
        assert (written.state(job).generation, written.state(job).changes) == (FIRST, changes)
    assert written.state(late).state == JobState.QUEUED
    assert written.queue.has_waiting()
    assert written.journal.count() == WriteCounts(written=2, removed=1, waiting=1)


def test_a_generation_gets_what_it_lacks(written: Written) -> None:
    """A build that reads no files needs only the later writes, and one that does or of an unknown base all."""
    written.write(a="one", b="one")
    written.publish(FIRST)
    written.write(a="two")
    written.publish(SECOND)
    written.write(c="three")
    batch = written.queue.start()
    assert written.overrides(batch, SECOND) == {"c": "three"}
    assert written.overrides(batch, FIRST) == {"a": "two", "c": "three"}
    assert written.overrides(batch, "000009-dddddddd") == {"a": "two", "b": "one", "c": "three"}
    assert written.overrides(batch) == {"a": "two", "b": "one", "c": "three"}


def test_the_same_content_again_changes_nothing(written: Written) -> None:
    """A later build need not look at it."""
    written.write(a="one")
    written.publish(FIRST)
    written.write(a="one")
    written.publish(SECOND)
    assert written.overrides(written.queue.start(), FIRST) == {}


def test_what_is_held_waits_for_a_yes(written: Written) -> None:
    """Later builds contain it; publishing an older generation publishes its jobs only."""
    first = written.write(a="one")
    written.queue.finish(written.queue.start(), FIRST, False, None)
    assert (written.state(first).state, written.state(first).generation) == (JobState.HELD, FIRST)
    assert not written.queue.has_waiting()
    second = written.write(b="two")
    batch = written.queue.start()
    assert written.overrides(batch, "000001-00000000") == {"a": "one", "b": "two"}
    written.queue.finish(batch, SECOND, False, None)
    assert written.state(first).generation == SECOND
    written.queue.publish(FIRST)
    assert [written.state(job).state for job in (first, second)] == [JobState.PUBLISHED, JobState.HELD]
    written.queue.publish(SECOND)
    assert written.state(second).state == JobState.PUBLISHED
    written.queue.publish(THIRD)  # knows no such generation, so nothing happens
    assert written.journal.count() == WriteCounts(written=2)


def test_files_become_documents_or_problems(written: Written) -> None:
    """A file may hold several documents; a job of which nothing could be read has failed."""
    bulk = written.journal.add([Write("a.jsonl", ".jsonl", b"lines"), Write("b.pdf", ".pdf", b"broken")])
    alone = written.journal.add([Write("c.pdf", ".pdf", b"broken")])
    batch = written.queue.start()
    lines, *broken = written.queue.list_uploads(batch)
    assert (lines.id, lines.extension, written.queue.read_upload(lines)) == ("a.jsonl", ".jsonl", b"lines")
    written.queue.replace_upload(lines, [Document("x", "one"), Document("y", "two")], [])
    written.queue.replace_upload(lines, [Document("z", "again")], [])  # by another process, too late
    problems = [LoadProblem(upload.id, "is damaged") for upload in broken]
    for upload, problem in zip(broken, problems, strict=True):
        written.queue.replace_upload(upload, [], [problem])
    assert written.queue.list_uploads(batch) == []
    assert written.overrides(batch) == {"x": "one", "y": "two"}
    written.queue.finish(batch, FIRST, True, None)
    assert (written.state(bulk).state, written.state(bulk).problems) == (JobState.PUBLISHED, (problems[0],))
    assert (written.state(alone).state, written.state(alone).problems) == (JobState.FAILED, (problems[1],))


def test_a_reason_that_may_pass_lets_the_jobs_wait(written: Written) -> None:
    """It is told, and forgotten when the build has succeeded."""
    job = written.write(a="one")
    written.queue.start()
    written.queue.requeue("the disk is full")
    assert (written.state(job).state, written.state(job).reason) == (JobState.QUEUED, "the disk is full")
    written.publish(FIRST)
    assert (written.state(job).state, written.state(job).reason) == (JobState.PUBLISHED, None)


def test_a_job_that_cannot_be_built_is_given_up_alone(written: Written) -> None:
    """After two failures jobs are built one by one; the good ones are published, and the bad one's writes are gone."""
    before, bad, after = written.write(a="one"), written.write(b="bad"), written.write(c="three")
    builds = 0
    while written.queue.has_waiting():
        batch = written.queue.start()
        builds += 1
        if "b" in written.overrides(batch, FIRST if builds > MAX_SHARED_ATTEMPTS else None):
            written.queue.record_crash("it crashed")
        else:
            written.queue.finish(batch, FIRST, True, None)
    assert [written.state(job).state for job in (before, bad, after)] == ["published", "failed", "published"]
    assert written.state(bad).reason == "it crashed"
    assert builds == MAX_ATTEMPTS + 2
    assert written.overrides(written.queue.start()) == {"a": "one", "c": "three"}


def test_generations_that_are_gone_are_forgotten(written: Written) -> None:
    """Then all writes are applied, which is right for any base."""
    written.write(a="one")
    written.publish(FIRST)
    written.queue.forget_generations_before(SECOND)
    assert written.overrides(written.queue.start(), FIRST) == {"a": "one"}


def test_changes_can_be_completed(written: Written) -> None:
    """Questions are asked after the generation is served."""
    job = written.write(a="one")
    written.publish(FIRST)
    changes = ChangeSummary("000001-00000000", 1, 0, 0, 1, Questions(10, 2, 1))
    written.queue.update_changes(FIRST, changes)
    assert written.state(job).changes == changes
    assert str(changes) == (
        "documents: 1 added, 0 changed, 0 removed; units embedded: 1; "
        "of 10 recorded questions 2 have another first passage, 1 other words"
    )

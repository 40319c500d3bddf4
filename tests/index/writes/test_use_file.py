"""The way back: a document that was written over HTTP comes from its file again."""

import pytest

from index.errors import NetsphereError, UsageError
from index.writes.jobs import JobState
from index.writes.journal import Write, WriteCounts
from index.writes.publish import is_pinned
from tests.index.writes.collection import Collection

FILES = {"a.txt": "Cats sleep on mats.", "b.txt": "Dogs dig holes."}
WRITTEN = {"a.txt": "Cats purr.", "b.txt": None, "c": "Birds sing."}


@pytest.fixture
def written(collection: Collection) -> Collection:
    """A document in place of a file, a file that is removed, and a document without a file."""
    collection.write(**WRITTEN)
    collection.build(reads_files=False)
    assert collection.served == {"a.txt": "Cats purr.", "c": "Birds sing."}
    return collection


@pytest.mark.parametrize("reads_files", [False, True])
def test_the_next_build_takes_the_files(written: Collection, reads_files: bool) -> None:
    """Also one that would have read no file; what has no file is gone, and what was not named stays."""
    done = written.command("use-file", "a.txt", "b.txt")
    assert written.journal.count() == WriteCounts(written=1, removed=0, waiting=1)
    report = written.build(reads_files)
    assert written.served == FILES | {"c": "Birds sing."}
    assert (report.changes.added, report.changes.changed, report.changes.removed) == (1, 1, 0)
    assert done.stdout == (
        "a.txt: the next build takes the file\nb.txt: the next build takes the file\n"
        f"job 2 reads {written.source}; a server that takes writes builds it by itself, else run: "
        f"python -m index build {written.source} --index {written.root}\n"
    )
    done = written.command("use-file", "c")
    assert done.stdout.startswith("c: no file has this name; the next build has no such document\njob 3 ")
    written.build(reads_files)
    assert written.served == FILES
    assert [job.state for job in written.journal.list_jobs(9)] == [JobState.PUBLISHED] * 3


def test_a_line_of_a_file_comes_back(written: Collection) -> None:
    """Whether a file has the id is known only when it is read."""
    (written.source / "lines.jsonl").write_text('{"_id": "c", "text": "Bees hum."}\n', encoding="utf-8")
    assert "from a .jsonl file with this id, or has no such document" in written.command("use-file", "c").stdout
    written.build(reads_files=False)
    assert written.served == {"a.txt": "Cats purr.", "c": "Bees hum."}


@pytest.mark.parametrize("reads_files", [False, True])
def test_the_file_is_served_as_it_is_now(written: Collection, reads_files: bool) -> None:
    """Builds in between have read it, but not taken it; later writes and later changes of the file count again."""
    (written.source / "a.txt").write_text("Cats climb trees.", encoding="utf-8")
    written.build()
    assert written.served["a.txt"] == "Cats purr."
    written.command("use-file", "a.txt")
    written.build(reads_files)
    assert written.served["a.txt"] == "Cats climb trees."
    (written.source / "a.txt").write_text("Cats swim.", encoding="utf-8")
    written.build()
    assert written.served["a.txt"] == "Cats swim."
    written.write(**{"a.txt": "Cats fly."})
    written.build(reads_files)
    assert written.served["a.txt"] == "Cats fly."


def test_a_build_that_reads_no_files_takes_no_others(written: Collection) -> None:
    """The folder is read once for a job, not by every later build."""
    written.command("use-file", "a.txt")
    written.build(reads_files=False)
    (written.source / "a.txt").write_text("Half", encoding="utf-8")
    written.write(d="Fish swim.")
    written.build(reads_files=False)
    assert written.served == {"a.txt": FILES["a.txt"], "c": "Birds sing.", "d": "Fish swim."}


def test_a_write_that_arrives_later_wins(written: Collection) -> None:
    """It is built with the job."""
    written.command("use-file", "a.txt", "b.txt")
    written.write(**{"a.txt": "Cats fly."})
    written.build(reads_files=False)
    assert written.served == {"a.txt": "Cats fly.", "b.txt": FILES["b.txt"], "c": "Birds sing."}


def test_a_generation_that_was_rolled_back_is_no_base_without_the_files(written: Collection) -> None:
    """The served one has the written text, which the journal has forgotten."""
    written.command("use-file", "a.txt")
    written.build(reads_files=False)
    written.command("rollback")
    assert (written.served["a.txt"], is_pinned(written.directory)) == ("Cats purr.", True)
    written.write(d="Fish swim.")
    written.build(reads_files=False, hold=True)
    written.command("publish")
    assert written.served == {"a.txt": FILES["a.txt"], "c": "Birds sing.", "d": "Fish swim."}


def test_a_build_that_fails_lets_the_job_wait(written: Collection) -> None:
    """With the reason, until the folder is there again."""
    written.command("use-file", "a.txt")
    away = written.source.rename(written.source.with_name("away"))
    with pytest.raises(UsageError):
        written.build(reads_files=False)
    (job, *_) = written.journal.list_jobs(1)
    assert (job.state, job.reason) == (
        JobState.QUEUED,
        f"{written.source} does not exist; name a folder of text files, or one file",
    )
    away.rename(written.source)
    written.build(reads_files=False)
    assert written.served["a.txt"] == FILES["a.txt"]


def test_what_waits_is_not_forgotten(written: Collection) -> None:
    """The error names the job and what to do, and nothing is changed."""
    before = written.journal.count()
    written.write(**{"a.txt": "Cats fly."})
    done = written.command("use-file", "c", "a.txt")
    wait = "wait until it is published, or run: python -m index"
    assert (done.exit_code, done.stdout) == (1, "")
    assert (
        done.stderr
        == f"error: 'a.txt' is written by job 2, which is queued; {wait} build FOLDER --index {written.root}\n"
    )
    written.build(reads_files=False, hold=True)
    with pytest.raises(NetsphereError, match=f"by job 2, which is held; {wait} publish --index "):
        written.journal.forget(["a.txt"])
    written.command("publish")
    written.journal.add([Write("lines.jsonl", ".jsonl", b'{"_id": "a.txt", "text": "Cats dream."}')])
    with pytest.raises(NetsphereError, match=r"'a\.txt' may be written by job 3, which is queued"):
        written.journal.forget(["a.txt"])
    written.build(reads_files=False)
    assert written.journal.count() == before
    assert written.served["a.txt"] == "Cats dream."


def test_an_id_that_was_never_written_is_refused(collection: Collection) -> None:
    """With those that were, and before anything is changed."""
    done = collection.command("use-file", "a.txt")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "error: invalid id 'a.txt': it was neither written nor removed over HTTP, so that its file counts already; "
        "written or removed were: none\n"
    )
    assert not collection.journal.path.exists()
    collection.write(**{f"d{number}": "Fish swim." for number in range(6)})
    collection.build(reads_files=False)
    done = collection.command("use-file", "d0", "a.txt")
    assert done.stderr.endswith("written or removed were: d0, d1, d2, d3, d4, …\n")
    assert collection.journal.count() == WriteCounts(written=6)


def test_without_the_folder_nothing_is_forgotten(written: Collection) -> None:
    """The command says which folder it misses."""
    before = written.journal.count()
    written.source.rename(written.source.with_name("away"))
    done = written.command("use-file", "a.txt")
    assert (done.exit_code, done.stderr) == (
        2,
        f"error: {written.root} was built from '{written.source}', which is not there; run this where the folder is\n",
    )
    assert written.journal.count() == before


def test_a_job_that_was_given_up_does_not_hold_up_others(written: Collection) -> None:
    """Later writes are built without the folder, as if it had not been asked for."""
    written.command("use-file", "a.txt")
    queue = written.queue
    while queue.has_waiting():
        queue.start()
        queue.record_crash("it crashed")
    (job, *_) = written.journal.list_jobs(1)
    assert job.state == JobState.FAILED
    written.write(d="Fish swim.")
    batch = queue.start()
    assert not queue.needs_files(batch, written.directory.find_current())
    queue.requeue("")
    written.build(reads_files=False)
    assert written.served == {"a.txt": "Cats purr.", "c": "Birds sing.", "d": "Fish swim."}
    written.build()
    assert written.served["a.txt"] == FILES["a.txt"]

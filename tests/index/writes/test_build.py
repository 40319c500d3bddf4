"""A build with what was written: nothing written is lost, and nothing removed stays."""

from pathlib import Path

import pytest

from index.build.changes import Overrides
from index.build.pipeline import BuildReport
from index.errors import BuildInProgress, GenerationNotFound
from index.settings import IndexSettings
from index.writes.batches import BatchQueue
from index.writes.build import build_with_writes
from index.writes.change_summary import ChangeSummary
from index.writes.journal import Write
from index.writes.parse import UploadParser
from index.writes.publish import is_pinned, publish_generation
from tests.index.writes.collection import Collection


@pytest.mark.parametrize("reads_files", [False, True])
def test_what_is_written_is_served(collection: Collection, reads_files: bool) -> None:
    """A new document, one in place of a file, and a file that is removed; the summary counts them."""
    before = collection.directory.find_current()
    job = collection.write(**{"a.txt": "Cats purr.", "b.txt": None, "c": "Birds sing.", "absent": None})
    report = collection.build(reads_files)
    assert collection.served == {"a.txt": "Cats purr.", "c": "Birds sing."}
    assert report.changes == ChangeSummary(before, 1, 1, 1, report.build.embedded)
    assert report.is_published
    found = collection.journal.find_job(job.id)
    assert found
    assert (found.state, found.changes) == ("published", report.changes)
    assert found.generation == collection.directory.find_current()


def test_a_later_build_of_the_files_keeps_what_was_written(collection: Collection) -> None:
    """Also if every generation is lost."""
    collection.write(**{"a.txt": "Cats purr.", "b.txt": None, "c": "Birds sing."})
    collection.build(reads_files=False)
    (collection.source / "d.txt").write_text("Fish swim.", encoding="utf-8")
    collection.build()
    expected = {"a.txt": "Cats purr.", "c": "Birds sing.", "d.txt": "Fish swim."}
    assert collection.served == expected
    for path in collection.root.glob("0*/manifest.json"):
        path.write_text("damaged", encoding="utf-8")
    collection.build()
    assert collection.served == expected


def test_a_build_without_files_leaves_them_as_they_were(collection: Collection) -> None:
    """A write must not bring in a file that is half done."""
    (collection.source / "a.txt").write_text("Half", encoding="utf-8")
    collection.write(c="Birds sing.")
    collection.build(reads_files=False)
    assert collection.served == {"a.txt": "Cats sleep on mats.", "b.txt": "Dogs dig holes.", "c": "Birds sing."}


def test_the_same_content_is_a_job_that_changes_nothing(collection: Collection) -> None:
    """It is published with the generation that has it already."""
    before = collection.directory.find_current()
    job = collection.write(c="Birds sing.")
    collection.build(reads_files=False)
    now = collection.directory.find_current()
    again = collection.write(c="Birds sing.")
    report = collection.build(reads_files=False)
    assert (before, report.build.changed, collection.directory.find_current()) != (now, True, now)
    assert report.changes == ChangeSummary(now, 0, 0, 0, 0)
    assert [collection.state(one) for one in (job, again)] == ["published"] * 2


def test_files_are_parsed_and_one_that_cannot_be_fails_no_other(collection: Collection) -> None:
    """Its title is the last part of its id, as of a file."""
    good = collection.journal.add([Write("x/notes.md", ".md", b"Text."), Write("x/broken.pdf", ".pdf", b"no pdf")])
    bad = collection.journal.add([Write("x/empty.html", ".html", b"<html></html>")])
    collection.build(reads_files=False)
    documents = collection.directory.open_current().contents.documents
    position = documents.find_position("x/notes.md")
    assert position is not None
    assert (documents[position].title, documents[position].text) == ("notes", "Text.")
    assert [collection.state(job) for job in (good, bad)] == ["published", "failed"]
    problems = [(problem.where, problem.reason) for job in collection.journal.list_jobs(2) for problem in job.problems]
    assert [where for where, _ in problems] == ["x/empty.html", "x/broken.pdf"]
    assert not [*collection.root.glob(".uploads-*")]


def test_a_held_generation_waits_for_a_yes(collection: Collection) -> None:
    """Status tells what it changes; publish serves it."""
    before = collection.served
    job = collection.write(c="Birds sing.")
    report = collection.build(reads_files=False, hold=True)
    assert (collection.served, collection.state(job), report.is_published) == (before, "held", False)
    status = collection.command("status").stdout
    held = report.build.manifest.generation
    assert f"waiting     {held}; serve it with: python -m index publish --index {collection.root}\n" in status
    assert f"last change {held}: documents: 1 added, 0 changed, 0 removed; units embedded: 1\n" in status
    assert "over HTTP   0 documents written, 0 removed, 1 job not published yet\n" in status
    assert collection.command("publish").stdout == f"serving {held} instead of {report.changes.before}\n"
    assert collection.served == {**before, "c": "Birds sing."}
    assert collection.state(job) == "published"
    status = collection.command("status").stdout
    assert "over HTTP   1 document written, 0 removed, 0 jobs not published yet\n" in status
    assert "waiting" not in status


def test_a_build_that_was_killed_before_it_was_served_holds_nothing(collection: Collection) -> None:
    """It leaves a newer generation than the served one, as a rollback does."""
    collection.write(c="Birds sing.")
    collection.build(reads_files=False, hold=True)
    assert not is_pinned(collection.directory)
    collection.write(d="Fish swim.")
    collection.build(reads_files=False, hold=is_pinned(collection.directory))
    assert {"c", "d"} <= collection.served.keys()


@pytest.mark.parametrize("arguments", [(), ("--to",)])
def test_a_rollback_holds_what_comes_after(collection: Collection, arguments: tuple[str, ...]) -> None:
    """A newer generation waits; publishing it brings everything back."""
    first = str(collection.directory.find_current())
    assert not is_pinned(collection.directory)
    job = collection.write(c="Birds sing.")
    collection.build(reads_files=False)
    assert collection.command("rollback", *arguments, *([first] if arguments else [])).exit_code == 0
    assert is_pinned(collection.directory)
    assert collection.state(job) == "published"
    collection.write(d="Fish swim.")
    collection.build(reads_files=False, hold=is_pinned(collection.directory))
    assert "c" not in collection.served
    publish_generation(collection.directory)
    assert {"c", "d"} <= collection.served.keys()
    assert not is_pinned(collection.directory)


def test_a_rollback_that_fails_holds_nothing(collection: Collection) -> None:
    """There is no generation before the first, and none of the name."""
    assert collection.command("rollback").exit_code == 1
    assert collection.command("rollback", "--to", "000009-00000000").exit_code == 2
    assert not is_pinned(collection.directory)


@pytest.mark.parametrize("way", ["build", "rollback"])
def test_a_rollback_ends_with_a_yes(collection: Collection, way: str) -> None:
    """A build by hand is one, and so is the newest generation by its name."""
    collection.write(c="Birds sing.")
    newest = collection.build(reads_files=False).build.manifest.generation
    collection.command("rollback")
    assert is_pinned(collection.directory)
    if way == "build":
        collection.build()
    else:
        collection.command("rollback", "--to", newest)
    assert not is_pinned(collection.directory)
    assert "c" in collection.served


def test_a_generation_that_is_not_there_cannot_be_published(collection: Collection) -> None:
    """The error names those that are."""
    current = collection.directory.find_current()
    with pytest.raises(GenerationNotFound, match=f"no generation '000009-00000000' in .*; it has {current}"):
        publish_generation(collection.directory, "000009-00000000")
    assert collection.directory.find_current() == current


def test_a_build_that_runs_already_lets_the_writes_wait(collection: Collection) -> None:
    """They are built by the next one."""
    job = collection.write(c="Birds sing.")
    with collection.directory.acquire_lock(), pytest.raises(BuildInProgress):
        collection.build(reads_files=False)
    assert collection.state(job) == "queued"
    collection.build(reads_files=False)
    assert collection.state(job) == "published"


def test_a_build_that_crashes_lets_the_writes_wait(collection: Collection) -> None:
    """The reason is in the job, and the next build has it."""
    job = collection.write(c="Birds sing.")

    def crash(overrides: Overrides, reads_files: bool) -> BuildReport:
        raise ZeroDivisionError("a bug")

    settings = IndexSettings(index=str(collection.root))
    with pytest.raises(ZeroDivisionError), UploadParser(settings) as parser:
        build_with_writes(crash, settings, False, parser)
    found = collection.journal.find_job(job.id)
    assert found
    assert (found.state, found.reason) == ("queued", "the build failed (ZeroDivisionError: a bug); the log has details")
    collection.build(reads_files=False)
    assert collection.state(job) == "published"


def find_bytes(root: Path, text: str) -> list[str]:
    """Return the files below a folder that contain a text, in any case."""
    sought = text.lower().encode()
    return [path.name for path in root.rglob("*") if path.is_file() and sought in path.read_bytes().lower()]


def test_a_removed_text_is_gone_from_the_disk(collection: Collection) -> None:
    """From every byte of every file, as soon as the generations that had it are pruned."""
    text = "Xylophagous beetles eat wood. " * 40
    collection.write(c=text)
    collection.journal.add(
        [Write("d.md", ".md", f"# Xylophagous\n\n{text}".encode()), Write("e", ".txt", text.encode())]
    )
    collection.build(reads_files=False)
    collection.write(**{"c": "Other words.", "d.md": None, "e": None})
    collection.build(reads_files=False)
    # The words are indexed by their stems.
    assert {"texts.npy", "titles.npy", "lexical.json"} <= {*find_bytes(collection.root, "xylophag")}
    assert collection.command("prune").stdout.startswith("removed 000001-")
    assert find_bytes(collection.root, "xylophag") == []
    assert {"c"} <= collection.served.keys()


def test_prune_keeps_what_is_served_and_the_newest(collection: Collection) -> None:
    """And removes what a killed process has left."""
    for text in ("one", "two", "three"):
        collection.write(c=text)
        collection.build(reads_files=False)
    with collection.directory.acquire_lock():
        collection.directory.roll_back()
    (collection.root / ".uploads-99999999").mkdir()
    names = collection.directory.list_generations()
    done = collection.command("prune")
    assert done.stdout == f"removed {names[0]}, {names[1]}; kept {names[2]}, {names[3]}\n"
    assert not [*collection.root.glob(".uploads-*")]
    assert collection.command("prune").stdout.startswith("removed nothing; kept ")
    assert BatchQueue(collection.journal).has_waiting() is False


def test_the_last_document_can_be_removed(collection: Collection) -> None:
    """Then nothing is served, and the next write is."""
    job = collection.write(**{"a.txt": None, "b.txt": None})
    collection.build(reads_files=False)
    assert (collection.state(job), collection.served) == ("published", {})
    collection.write(c="Birds sing.")
    collection.build(reads_files=False)
    assert collection.served == {"c": "Birds sing."}

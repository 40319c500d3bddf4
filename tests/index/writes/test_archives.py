"""Documents of archives and mails: built again only if their file changes, removed and written one by one."""

import pytest

from index.writes.journal import Write
from tests.index.parsers.samples import zipped
from tests.index.writes.collection import Collection

MEMBERS = {"in/cats.txt": b"Cats purr.", "in/dogs.txt": b"Dogs bark."}


@pytest.fixture
def archived(collection: Collection) -> Collection:
    """An archive of two documents beside the files."""
    (collection.source / "all.zip").write_bytes(zipped(MEMBERS))
    collection.build()
    return collection


def find_members(collection: Collection) -> dict[str, str]:
    """The served texts of the archive."""
    return {name: text for name, text in collection.served.items() if name.startswith("all.zip/")}


def test_an_archive_is_built_again_if_it_changes(archived: Collection) -> None:
    """What is no longer in it is removed, and a build without a change does nothing."""
    assert find_members(archived) == {"all.zip/in/cats.txt": "Cats purr.", "all.zip/in/dogs.txt": "Dogs bark."}
    assert not archived.build().build.changed
    (archived.source / "all.zip").write_bytes(zipped({"in/cats.txt": b"Cats hunt.", "in/birds.txt": b"Birds sing."}))
    archived.build()
    assert find_members(archived) == {"all.zip/in/cats.txt": "Cats hunt.", "all.zip/in/birds.txt": "Birds sing."}


@pytest.mark.parametrize("reads_files", [False, True])
def test_a_document_inside_is_removed_and_replaced_alone(archived: Collection, reads_files: bool) -> None:
    """Until it is to come from its archive again; the command says from which file."""
    archived.write(**{"all.zip/in/cats.txt": None, "all.zip/in/dogs.txt": "Dogs sleep.", "all.zip/in/new.txt": "New."})
    archived.build(reads_files)
    archived.build()
    written = {"all.zip/in/dogs.txt": "Dogs sleep.", "all.zip/in/new.txt": "New."}
    assert find_members(archived) == written
    done = archived.command("use-file", "all.zip/in/cats.txt", "all.zip/in/dogs.txt")
    takes = "the next build takes it from the file all.zip, or has no such document"
    assert done.stdout.startswith(f"all.zip/in/cats.txt: {takes}\nall.zip/in/dogs.txt: {takes}\njob 2 ")
    archived.build(reads_files)
    assert find_members(archived) == {
        "all.zip/in/cats.txt": "Cats purr.",
        "all.zip/in/dogs.txt": "Dogs bark.",
        "all.zip/in/new.txt": "New.",
    }


def test_an_archive_may_be_written_over_http(archived: Collection) -> None:
    """Its documents take the place of those with the same ids, and what cannot be read is in the job."""
    job = archived.journal.add([Write("all.zip", ".zip", zipped({"in/cats.txt": b"Cats climb.", "logo.png": b"x"}))])
    archived.build(reads_files=False)
    assert find_members(archived) == {"all.zip/in/cats.txt": "Cats climb.", "all.zip/in/dogs.txt": "Dogs bark."}
    done = archived.journal.find_job(job.id)
    assert done
    (problem,) = done.problems
    assert problem.where == "all.zip/logo.png"
    assert problem.reason.startswith("no parser for .png")

"""A folder becomes documents and problems, and no file is so bad that the others are lost."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build.load import LoadResult, load_documents
from index.errors import UsageError
from index.parsers import PARSERS
from index.types import Document, LoadProblem
from tests.index.parsers.samples import SAMPLES

LIMIT = 1_000_000
SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good file, which every test must find again."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "good.txt").write_text("Killy walks.", encoding="utf-8")
    return folder


def only_problem(loaded: LoadResult) -> LoadProblem:
    """The one problem beside the good file, which is loaded."""
    assert "good.txt" in [document.id for document in loaded.documents]
    (problem,) = loaded.problems
    return problem


def test_a_folder_is_read_in_order(folder: Path) -> None:
    """Ids are paths below the folder in POSIX form, files come sorted, folders inside are read."""
    (folder / "b").mkdir()
    (folder / "b" / "deep.md").write_text("# Deep", encoding="utf-8")
    (folder / "a.jsonl").write_text('{"text": "x"}', encoding="utf-8")
    loaded = load_documents(folder, LIMIT)
    assert [document.id for document in loaded.documents] == ["a.jsonl:1", "b/deep.md", "good.txt"]
    assert loaded.problems == ()


def test_every_format_is_loaded(tmp_path: Path) -> None:
    """Every extension of the table gives documents through the loader."""
    for extension, data in SAMPLES.items():
        (tmp_path / f"{extension[1:]}{extension}").write_bytes(data)
    (tmp_path / "jsonl.gz.jsonl.gz").unlink()
    loaded = load_documents(tmp_path, LIMIT)
    assert loaded.problems == ()
    assert len(loaded.documents) == len(SAMPLES)  # without .jsonl.gz, and .jsonl has two


def test_one_file_is_a_collection(folder: Path) -> None:
    """A file is loaded as its own folder would load it, sidecar included, and nothing beside it."""
    (folder / "good.txt.toml").write_text('title = "Good"', encoding="utf-8")
    (folder / "other.txt").write_text("x", encoding="utf-8")
    assert load_documents(folder / "good.txt", LIMIT).documents == (Document("good.txt", "Killy walks.", "Good"),)


def test_a_missing_folder_is_wrong_use(tmp_path: Path) -> None:
    """A folder that does not exist is a UsageError that names it."""
    with pytest.raises(UsageError, match="nowhere does not exist"):
        load_documents(tmp_path / "nowhere", LIMIT)


def test_an_empty_folder_is_empty(tmp_path: Path) -> None:
    """A folder without files gives nothing and no problem."""
    assert load_documents(tmp_path, LIMIT) == LoadResult((), ())


def test_hidden_names_are_passed_over(folder: Path) -> None:
    """Hidden files, and everything in hidden folders are skipped."""
    (folder / ".git").mkdir()
    (folder / ".git" / "config.txt").write_text("x", encoding="utf-8")
    (folder / ".notes.txt").write_text("x", encoding="utf-8")
    loaded = load_documents(folder, LIMIT)
    assert [document.id for document in loaded.documents] == ["good.txt"]
    assert loaded.problems == ()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n\t ", "only white space"),
        ("a.md", b"\xef\xbb\xbf\n", "only white space"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary data"),
        ("a.txt", b"x" * (LIMIT + 1), "has 1,000,001 bytes, more than max_file_mb allows (1,000,000)"),
        ("a.xyz", b"text", "no parser for .xyz: convert it to one of .htm, .html, .jsonl"),
        ("README", b"text", "no parser for files without an extension"),
        ("a.pdf", b"no pdf", "is damaged or not a PDF"),
        ("a.html", b"<html></html>", "shows no text"),
        ("a.jsonl.gz", b"no gzip", "cannot be decompressed"),
        ("a.xyz.toml", b'title = "x"', "describes a.xyz, which does not exist"),
    ],
)
def test_a_bad_file_is_one_problem(folder: Path, name: str, data: bytes, reason: str) -> None:
    """The problem names the file and says what is wrong, and the good file is loaded."""
    (folder / name).write_bytes(data)
    problem = only_problem(load_documents(folder, LIMIT))
    assert problem.where == name
    assert reason in problem.reason


def test_pipes_and_sockets_do_not_hang(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not a regular file is never opened, so nothing waits for a writer."""
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "good.txt.toml")
    monkeypatch.chdir(folder)  # the path of a socket may have 107 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.md")
        loaded = load_documents(folder, LIMIT)
    assert [document.id for document in loaded.documents] == ["good.txt"]
    assert {problem.where for problem in loaded.problems} == {"pipe.txt", "good.txt.toml", "socket.md"}
    assert all("is not a regular file" in problem.reason for problem in loaded.problems)


@pytest.mark.parametrize(
    ("target", "reason"), [("nothing.txt", "is a broken link"), ("link.txt", "leads back to itself")]
)
def test_bad_links_are_problems(folder: Path, target: str, reason: str) -> None:
    """A link to nothing or to itself is named."""
    (folder / "link.txt").symlink_to(folder / target)
    problem = only_problem(load_documents(folder, LIMIT))
    assert problem.where == "link.txt"
    assert reason in problem.reason


@pytest.mark.parametrize("up", [".", "..", "../.."])
def test_links_to_folders_around_do_not_loop(folder: Path, up: str) -> None:
    """A link to the folder itself or to one around it ends the walk."""
    (folder / "inner").mkdir()
    (folder / "inner" / "loop").symlink_to(folder / up, target_is_directory=True)
    problem = only_problem(load_documents(folder, LIMIT))
    assert problem.where == "inner/loop"
    assert "read already or contains it" in problem.reason


def test_a_folder_is_read_in_its_own_place(folder: Path, tmp_path: Path) -> None:
    """Links to folders elsewhere are followed, and one to a folder inside does not take its ids."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "far.txt").write_text("x", encoding="utf-8")
    (folder / "z").mkdir()
    (folder / "z" / "near.txt").write_text("x", encoding="utf-8")
    (folder / "a").symlink_to(folder / "z", target_is_directory=True)
    (folder / "b").symlink_to(elsewhere, target_is_directory=True)
    loaded = load_documents(folder, LIMIT)
    assert [document.id for document in loaded.documents] == ["b/far.txt", "good.txt", "z/near.txt"]
    assert only_problem(loaded).where == "a"


def test_the_first_of_two_links_has_the_folder(folder: Path, tmp_path: Path) -> None:
    """By name; the second one is a problem."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "far.txt").write_text("x", encoding="utf-8")
    (folder / "a").symlink_to(tmp_path / "elsewhere")
    (folder / "b").symlink_to(tmp_path / "elsewhere")
    loaded = load_documents(folder, LIMIT)
    assert [document.id for document in loaded.documents] == ["a/far.txt", "good.txt"]
    assert only_problem(loaded).where == "b"


def test_a_file_of_exactly_the_limit_is_loaded(folder: Path) -> None:
    """Only larger ones are left out."""
    (folder / "a.txt").write_bytes(b"x" * LIMIT)
    assert load_documents(folder, LIMIT).problems == ()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied"), "cannot be read (Permission denied); let this user read it"),
        (FileNotFoundError(2, "No such file"), "disappeared while loading; build again"),
        (OSError(5, "Input/output error"), "cannot be read (Input/output error)"),
    ],
)
def test_a_file_that_will_not_open(folder: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str) -> None:
    """What the system refuses, or takes away between listing and reading, is named with its reason."""
    (folder / "bad.txt").write_text("x", encoding="utf-8")
    whole = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == "bad.txt":
            raise error
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    problem = only_problem(load_documents(folder, LIMIT))
    assert problem.where == "bad.txt"
    assert reason in problem.reason


def test_a_folder_that_will_not_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be listed is named, and its neighbours are read."""
    (folder / "locked").mkdir()
    listing = Path.iterdir

    def iterdir(path: Path) -> object:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert only_problem(load_documents(folder, LIMIT)).where == "locked"


def test_a_name_that_is_not_utf8(folder: Path) -> None:
    """Such a name has no place in an id; the problem shows its bytes."""
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("x", encoding="utf-8")
    problem = only_problem(load_documents(folder, LIMIT))
    assert problem.where.encode("utf-8") == rb"caf\udce9.txt"
    assert "not UTF-8; rename it" in problem.reason


def test_the_first_of_two_ids_stays(folder: Path) -> None:
    """A second document of the same id is a problem, in one file or across files."""
    (folder / "a.jsonl").write_text('{"_id": "1", "text": "x"}\n{"_id": 1, "text": "y"}\n', encoding="utf-8")
    (folder / "b.jsonl").write_text('{"_id": "1", "text": "z"}\n', encoding="utf-8")
    loaded = load_documents(folder, LIMIT)
    assert [(document.id, document.text) for document in loaded.documents] == [("1", "x"), ("good.txt", "Killy walks.")]
    assert [problem.where for problem in loaded.problems] == ["a.jsonl:2", "b.jsonl"]
    assert all("'1' is already used" in problem.reason for problem in loaded.problems)


def test_a_fault_of_a_parser_is_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text with a lone surrogate never passes, whichever parser returned it."""
    parsers = {**PARSERS, ".md": lambda path, name: [Document(name, "a\ud800")]}
    monkeypatch.setattr("index.parsers.PARSERS", parsers)
    (folder / "faulty.md").write_text("x", encoding="utf-8")
    problem = only_problem(load_documents(folder, LIMIT))
    assert problem.where == "faulty.md"
    assert "half of a surrogate pair" in problem.reason


def test_a_sidecar_describes_its_file(folder: Path) -> None:
    """A title and other keys beside a file are its document's, and the sidecar is no document."""
    (folder / "good.txt.toml").write_text('title = "Good"\nlanguage = "en"', encoding="utf-8")
    assert load_documents(folder, LIMIT) == LoadResult(
        (Document("good.txt", "Killy walks.", "Good", {"language": "en"}),), ()
    )


def test_a_broken_sidecar_does_not_cost_the_file(folder: Path) -> None:
    """The sidecar is the problem, and its file is loaded without it."""
    (folder / "good.txt.toml").write_text("title = ", encoding="utf-8")
    loaded = load_documents(folder, LIMIT)
    assert only_problem(loaded).where == "good.txt.toml"
    assert loaded.documents[0].title == "good"


def test_lines_outrank_their_sidecar(folder: Path) -> None:
    """For JSON lines the sidecar gives defaults, and the file's name is no title."""
    (folder / "c.jsonl").write_text('{"_id": "1", "text": "x", "licence": "own"}\n', encoding="utf-8")
    (folder / "c.jsonl.toml").write_text('licence = "shared"\nlanguage = "en"', encoding="utf-8")
    first = load_documents(folder, LIMIT).documents[0]
    assert (first.title, first.metadata) == ("", {"licence": "own", "language": "en"})


def test_the_seed_says_where_it_is_from() -> None:
    """The first collection has its title, origin, licence and language beside it."""
    (document,) = load_documents(SEEDS / "blame.txt", LIMIT).documents
    assert document.title == "Blame!"
    assert document.metadata["licence"] == "CC BY-SA 4.0"
    assert document.metadata["language"] == "en"
    assert "https://en.wikipedia.org/wiki/Blame!" in document.metadata["origin"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(PARSERS)), st.binary(max_size=300))
def test_no_bytes_cost_the_others(folder: Path, extension: str, data: bytes) -> None:
    """Whatever one file contains, the good one is loaded and nothing is raised."""
    bad = folder / f"bad{extension}"
    bad.write_bytes(data)
    loaded = load_documents(folder, LIMIT)
    bad.unlink()
    assert "good.txt" in [document.id for document in loaded.documents]
    assert len(loaded.documents) > 1 or loaded.problems or not data.strip()

"""A folder becomes documents and problems, and no file is so bad that the others are lost."""

import gzip
import json
import os
import socket
import sys
from pathlib import Path

import pytest

from index.build.inventory import Skip, SkipReason
from index.build.load import LoadResult, load_documents
from index.build.load_file import SourceFile, load_file
from index.errors import UsageError
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
    assert len(loaded.documents) >= len(SAMPLES)  # without .jsonl.gz; some have several


def test_one_file_is_a_collection(folder: Path) -> None:
    """A file is loaded as its own folder would load it, sidecar included, and nothing beside it."""
    (folder / "good.txt.toml").write_text('title = "Good"', encoding="utf-8")
    (folder / "other.txt").write_text("x", encoding="utf-8")
    assert list(load_documents(folder / "good.txt", LIMIT).documents) == [Document("good.txt", "Killy walks.", "Good")]


def test_a_missing_folder_is_wrong_use(tmp_path: Path) -> None:
    """A folder that does not exist is a UsageError that names it."""
    with pytest.raises(UsageError, match="nowhere does not exist"):
        load_documents(tmp_path / "nowhere", LIMIT)


def test_an_empty_folder_is_empty(tmp_path: Path) -> None:
    """A folder without files gives nothing and no problem."""
    loaded = load_documents(tmp_path, LIMIT)
    assert (list(loaded.documents), loaded.problems, loaded.is_empty) == ([], (), True)


def test_hidden_names_are_passed_over(folder: Path) -> None:
    """Hidden files, and hidden folders with everything in them, are skipped and counted."""
    (folder / ".git").mkdir()
    (folder / ".git" / "config.txt").write_text("x", encoding="utf-8")
    (folder / ".notes.txt").write_text("x", encoding="utf-8")
    loaded = load_documents(folder, LIMIT)
    assert [document.id for document in loaded.documents] == ["good.txt"]
    assert loaded.problems == ()
    assert loaded.skipped == (Skip(".git", SkipReason.HIDDEN), Skip(".notes.txt", SkipReason.HIDDEN))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n\t ", "only white space"),
        ("a.md", b"\xef\xbb\xbf\n", "only white space"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary data"),
        ("a.txt", b"x" * (LIMIT + 1), "has 1,000,001 bytes, more than max_file_mb allows (1,000,000)"),
        ("a.xyz", b"text", "no parser for .xyz: convert it, or name it in .netsphereignore"),
        ("a.DOC", b"text", "no parser for .DOC: save it as .docx in the program that made it"),
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


def test_a_parser_whose_library_is_missing_is_a_problem(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its files alone; the problem names the package, and how to install it."""
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    (folder / "a.md").write_text("# Cats\n\nThey sleep.", encoding="utf-8")
    (problem,) = load_file(SourceFile(folder / "a.md", "a.md"), LIMIT, has_sidecar=False)
    assert isinstance(problem, LoadProblem)
    assert problem.where == "a.md"
    assert "needs the package markdown_it" in problem.reason


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


def test_a_link_to_the_folder_itself_does_not_loop(folder: Path) -> None:
    """It ends the walk, and is named."""
    (folder / "inner").mkdir()
    (folder / "inner" / "loop").symlink_to(folder, target_is_directory=True)
    problem = only_problem(load_documents(folder, LIMIT))
    assert problem.where == "inner/loop"
    assert "read already or contains it" in problem.reason


@pytest.mark.parametrize("up", ["..", "../.."])
def test_links_to_folders_around_do_not_loop(folder: Path, up: str) -> None:
    """They lead out, so they are passed over."""
    (folder / "inner").mkdir()
    (folder / "inner" / "loop").symlink_to(folder / up, target_is_directory=True)
    loaded = load_documents(folder, LIMIT)
    assert (loaded.skipped, loaded.problems) == ((Skip("inner/loop", SkipReason.OUTWARD),), ())


def test_a_folder_is_read_in_its_own_place(folder: Path) -> None:
    """A link to a folder inside does not take its ids, and the first of two links to a hidden one has it."""
    (folder / "z").mkdir()
    (folder / "z" / "near.txt").write_text("x", encoding="utf-8")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "far.txt").write_text("x", encoding="utf-8")
    (folder / "a").symlink_to(folder / "z", target_is_directory=True)
    (folder / "b").symlink_to(folder / ".hidden", target_is_directory=True)
    (folder / "c").symlink_to(folder / ".hidden", target_is_directory=True)
    loaded = load_documents(folder, LIMIT)
    assert [document.id for document in loaded.documents] == ["b/far.txt", "good.txt", "z/near.txt"]
    assert [problem.where for problem in loaded.problems] == ["a", "c"]


@pytest.mark.parametrize("target", ["secret.txt", "secrets", "secrets/deep.txt"])
@pytest.mark.parametrize("name", ["link.txt", "inner/link.txt", "good.txt.toml"])
def test_links_out_of_the_folder_are_refused(folder: Path, tmp_path: Path, target: str, name: str) -> None:
    """What a file, a folder or a sidecar leads to outside is not read, and the link is counted."""
    (tmp_path / "secret.txt").write_text('title = "secret"', encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "deep.txt").write_text('title = "secret"', encoding="utf-8")
    (folder / "inner").mkdir()
    (folder / name).symlink_to(tmp_path / target)
    loaded = load_documents(folder, LIMIT)
    assert [(document.id, document.title) for document in loaded.documents] == [("good.txt", "good")]
    assert (loaded.skipped, loaded.problems) == ((Skip(name, SkipReason.OUTWARD),), ())


def test_links_inside_the_folder_are_followed(folder: Path, tmp_path: Path) -> None:
    """A link to a file of the folder is a document, also if the folder is named by a link."""
    (folder / "link.txt").symlink_to("good.txt")
    (tmp_path / "named").symlink_to(folder, target_is_directory=True)
    loaded = load_documents(tmp_path / "named", LIMIT)
    assert [document.id for document in loaded.documents] == ["good.txt", "link.txt"]
    assert loaded.problems == ()


def test_a_link_that_is_named_is_followed(folder: Path, tmp_path: Path) -> None:
    """Whoever names a link to one file means the file."""
    (tmp_path / "named.txt").symlink_to(folder / "good.txt")
    assert [document.id for document in load_documents(tmp_path / "named.txt", LIMIT).documents] == ["named.txt"]


def test_a_compressed_file_is_measured_unpacked(folder: Path) -> None:
    """What unpacks to more than the limit is left out, and what unpacks to the limit is not."""
    line = json.dumps({"text": "x" * (LIMIT - 20)}).encode().ljust(LIMIT - 1) + b"\n"
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(line))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(line + b"\n"))
    loaded = load_documents(folder, LIMIT)
    assert [document.id for document in loaded.documents] == ["a.jsonl.gz:1", "good.txt"]
    assert only_problem(loaded).where == "b.jsonl.gz"
    assert "unpacks to more bytes than max_file_mb allows (1,000,000)" in only_problem(loaded).reason


def test_a_file_of_exactly_the_limit_is_loaded(folder: Path) -> None:
    """Only larger ones are left out."""
    (folder / "a.txt").write_bytes(b"x" * LIMIT)
    assert load_documents(folder, LIMIT).problems == ()


@pytest.mark.parametrize("method", ["iterdir", "is_dir"])
def test_a_folder_that_will_not_open(folder: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """A folder that cannot be listed, or not even looked at, is named, and its neighbours are read."""
    (folder / "a-locked").mkdir()
    real = getattr(Path, method)

    def refuse(path: Path) -> object:
        if path.name == "a-locked":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, method, refuse)
    loaded = load_documents(folder, LIMIT)
    assert only_problem(loaded).where == "a-locked"
    assert [document.id for document in loaded.documents] == ["good.txt"]


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


def test_a_sidecar_describes_its_file(folder: Path) -> None:
    """A title and other keys beside a file are its document's, and the sidecar is no document."""
    (folder / "good.txt.toml").write_text('title = "Good"\nlanguage = "en"', encoding="utf-8")
    loaded = load_documents(folder, LIMIT)
    assert list(loaded.documents) == [Document("good.txt", "Killy walks.", "Good", {"language": "en"})]
    assert loaded.problems == ()


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

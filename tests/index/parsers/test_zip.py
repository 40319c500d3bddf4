"""Archives: each member is a document or a problem, and nothing in an archive leads out of it or fills the machine."""

import stat
import struct
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build.load import Workspace, load_documents
from index.build.unpack import PREFIX
from index.errors import LoadError
from index.parsers import PARSERS
from index.types import Document, LoadProblem
from tests.index.parsers.conftest import Parse
from tests.index.parsers.samples import SAMPLES, zipped

FILES = Path(__file__).parent / "files" / "zip"
# A kind of compression that Python cannot unpack.
DEFLATE64 = FILES / "7z-deflate64.zip"
LIMIT = 1_000_000


def find_texts(items: list[Document | LoadProblem]) -> dict[str, str]:
    """The texts of the documents by id."""
    return {item.id: item.text for item in items if isinstance(item, Document)}


def find_reasons(items: list[Document | LoadProblem]) -> dict[str, str]:
    """The reasons of the problems by place."""
    return {item.where: item.reason for item in items if isinstance(item, LoadProblem)}


def make_member(parse: Parse, info: ZipInfo, content: bytes = b"Killy walks.") -> str:
    """The reason why the only visible member of an archive is a problem."""
    archive = BytesIO()
    with ZipFile(archive, "w") as opened:
        opened.writestr(info, content)
    (reason,) = find_reasons(parse("a.zip", archive.getvalue())).values()
    return reason


@pytest.mark.parametrize("path", sorted({*FILES.glob("*.zip")} - {DEFLATE64}), ids=lambda path: path.name)
def test_archives_of_other_programs(parse: Parse, path: Path) -> None:
    """Names in UTF-8 with and without the flag, all kinds of compression, folders; hidden files are left out."""
    items = parse("a.zip", path.read_bytes())
    assert find_reasons(items) == {}
    assert find_texts(items) == {
        "a.zip/notes/naïve plan.txt": "Die Größe der Stadt.\n",
        "a.zip/notes/city.md": "# The city\n\n" + "The city never ends.\n" * 40,
    }


def test_a_kind_of_compression_that_cannot_be_unpacked(parse: Parse) -> None:
    """The reason names it; members that are stored are read."""
    items = parse("a.zip", DEFLATE64.read_bytes())
    assert list(find_texts(items)) == ["a.zip/notes/naïve plan.txt"]
    (reason,) = find_reasons(items).values()
    assert reason == "cannot be unpacked (That compression method is not supported); pack it again"


def test_members_are_documents_like_files(tmp_path: Path) -> None:
    """Each with its format, its title and its own sidecar; that of the archive gives the rest."""
    members = {
        "Killy.txt": b"Killy walks.",
        "Killy.txt.toml": b'title = "The wanderer"\nlicence = "MIT"',
        "in/page.html": SAMPLES[".html"],
        "in/lines.jsonl": b'{"_id": "x", "text": "Cibo follows."}',
        "in/inner.zip": zipped({"deep.md": b"# Deep\n\nDown."}),
    }
    (tmp_path / "a.zip").write_bytes(zipped(members))
    (tmp_path / "a.zip.toml").write_text('licence = "CC0"\nlanguage = "en"', encoding="utf-8")
    loaded = load_documents(tmp_path, LIMIT)
    assert loaded.problems == ()
    found = {document.id: (document.title, dict(document.metadata)) for document in loaded.documents}
    assert found == {
        "a.zip/Killy.txt": ("The wanderer", {"licence": "MIT", "language": "en"}),
        "a.zip/in/page.html": ("Blame!", {"licence": "CC0", "language": "en"}),
        "x": ("", {"licence": "CC0", "language": "en"}),
        "a.zip/in/inner.zip/deep.md": ("Deep", {"licence": "CC0", "language": "en"}),
    }
    again = load_documents(tmp_path, LIMIT, workspace=Workspace(loaded.sources))
    assert (list(again.documents), again.unchanged) == ([], set(found))


def test_what_cannot_be_parsed_is_a_problem_with_the_reason_of_a_file(parse: Parse) -> None:
    """The members beside it are documents."""
    items = parse("a.zip", zipped({"logo.png": b"x", "empty.txt": b"", "bad.pdf": b"x", "good.txt": b"Killy walks."}))
    reasons = find_reasons(items)
    assert list(reasons) == ["a.zip/logo.png", "a.zip/empty.txt", "a.zip/bad.pdf"]
    assert [reason.split(";")[0].split(":")[0] for reason in reasons.values()] == [
        "no parser for .png",
        "is empty",
        "is damaged or not a PDF",
    ]
    assert find_texts(items) == {"a.zip/good.txt": "Killy walks."}


@pytest.mark.parametrize("name", [".hidden.txt", ".git/notes.txt", "__MACOSX/._notes.txt"])
def test_hidden_members_are_left_out(parse: Parse, name: str) -> None:
    """As hidden files of a folder are; an archive of nothing else is a problem."""
    assert parse("a.zip", zipped({name: b"x", "a.txt": b"Killy walks."})) == parse(
        "a.zip", zipped({"a.txt": b"Killy walks."})
    )
    with pytest.raises(LoadError, match="holds no files, or hidden ones only; fill it or leave it out"):
        parse("a.zip", zipped({name: b"x"}))


@pytest.mark.parametrize(
    "name", ["/etc/notes.txt", "../../notes.txt", "a/../../notes.txt", "C:\\notes.txt", "..\\notes.txt"]
)
def test_paths_that_lead_out_of_an_archive_are_refused(parse: Parse, name: str) -> None:
    """Nothing is written under the names of an archive, and such a name is no id."""
    assert "has a path that leads out of the archive" in make_member(parse, ZipInfo(name))


@pytest.mark.parametrize("name", ["", ".", "./."])
def test_a_member_without_a_name_is_a_problem(parse: Parse, name: str) -> None:
    """The others are read."""
    archive = BytesIO()
    with ZipFile(archive, "w") as opened:
        opened.writestr(ZipInfo(name), b"Nobody walks.")
        opened.writestr("a.txt", b"Killy walks.")
    items = parse("a.zip", archive.getvalue())
    assert find_texts(items) == {"a.zip/a.txt": "Killy walks."}
    assert find_reasons(items) == {"a.zip/": "has no name; pack it again with one"}


def test_links_in_archives_are_refused(parse: Parse) -> None:
    """What they lead to is not in the archive, or is there under its own name."""
    info = ZipInfo("passwords.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert make_member(parse, info, b"/etc/passwd").startswith("is a link or another special file")


def test_of_two_members_with_one_name_the_last_counts(parse: Parse) -> None:
    """As for every program that unpacks them; the other one is a problem."""
    archive = BytesIO()
    with ZipFile(archive, "w") as opened:
        opened.writestr("a.txt", "Old.")
        with pytest.warns(UserWarning, match="Duplicate name"):
            opened.writestr("a.txt", "New.")
    items = parse("a.zip", archive.getvalue())
    assert find_texts(items) == {"a.zip/a.txt": "New."}
    assert "the last one counts" in find_reasons(items)["a.zip/a.txt"]


def test_names_in_code_page_437(parse: Parse) -> None:
    """As old programs of DOS and Windows wrote them: the format says so if no flag says otherwise."""
    archive = zipped({"Gr??e.txt": b"Killy walks."}).replace(b"Gr??e", "Größe".encode("cp437"))
    assert list(find_texts(parse("a.zip", archive))) == ["a.zip/Größe.txt"]


def test_a_name_with_control_characters_is_refused(parse: Parse) -> None:
    """It would garble the terminal and the address."""
    assert "control characters" in make_member(parse, ZipInfo("a\x1b[2J.txt"))
    assert "more than 900 characters" in make_member(parse, ZipInfo("a" * 901 + ".txt"))


def test_a_member_with_a_password_is_named(parse: Parse) -> None:
    """The flag of its header says so."""
    archive = bytearray(zipped({"a.txt": b"Killy walks."}))
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", archive, archive.index(header) + offset, 1)
    assert find_reasons(parse("a.zip", bytes(archive))) == {
        "a.zip/a.txt": "is encrypted; pack it again without a password"
    }


@pytest.mark.parametrize("compression", [ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
def test_a_bomb_in_an_archive_is_refused(parse: Parse, compression: int) -> None:
    """Alone, and many of them that overlap or lie inside each other, before they fill the memory or the disk."""
    archive = BytesIO()
    with ZipFile(archive, "w", compression) as opened:
        for number in range(3):
            opened.writestr(f"{number}.txt", b"0" * 900_000)
        opened.writestr("big.txt", b"0" * 3_000_000)
    reasons = find_reasons(parse("a.zip", archive.getvalue()))
    assert len(reasons) == 3
    assert "max_file_mb allows 1,000,000 for an archive, of which 100,000 are left" in reasons["a.zip/1.txt"]
    assert "unpacks to more than 500 times its size" in reasons["a.zip/big.txt"]


def test_archives_in_archives_have_an_end(parse: Parse) -> None:
    """Three deep is read, four deep is a problem, and what is read counts for all of them together."""
    archive = zipped({"a.txt": b"Killy walks."})
    for _ in range(3):
        archive = zipped({"in.zip": archive, "here.txt": b"Cibo follows."})
    items = parse("a.zip", archive)
    assert list(find_texts(items)) == ["a.zip/in.zip/in.zip/here.txt", "a.zip/in.zip/here.txt", "a.zip/here.txt"]
    assert "is inside more than 3 files" in find_reasons(items)["a.zip/in.zip/in.zip/in.zip/a.txt"]
    inner = zipped({"a.txt": b"0" * 300_000})
    reasons = find_reasons(parse("a.zip", zipped({f"{number}.zip": inner for number in range(4)})))
    assert "of which 99,784 are left" in reasons["a.zip/1.zip/a.txt"]


def test_too_many_members(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones are documents, and one problem counts the rest; archives inside count too."""
    archive = zipped({f"{number}.txt": b"x" for number in range(103)})
    monkeypatch.setattr("index.build.unpack.MAX_FILES", 150)
    reasons = find_reasons(parse("a.zip", zipped({"1.zip": archive, "2.zip": archive})))
    assert len(reasons) == 58
    assert "comes after 150 other files from the same archive" in reasons["a.zip/2.zip/102.txt"]
    monkeypatch.setattr("index.parsers.zip.MAX_MEMBERS", 100)
    items = parse("a.zip", archive)
    assert len(find_texts(items)) == 100
    assert find_reasons(items) == {"a.zip": "holds 103 files, of which the first 100 are read; split it"}


def test_a_damaged_member_is_a_problem(parse: Parse) -> None:
    """The others are read; an archive that is cut off has no list of members any more."""
    archive = zipped({"a.txt": b"Killy walks.", "b.txt": b"Cibo follows."})
    items = parse("a.zip", archive.replace(b"Killy walks.", b"Killy talks."))
    assert find_texts(items) == {"a.zip/b.txt": "Cibo follows."}
    assert find_reasons(items) == {"a.zip/a.txt": "cannot be unpacked (Bad CRC-32 for file 'a.txt'); pack it again"}
    with pytest.raises(LoadError, match="is damaged, cut off or not a zip archive"):
        parse("a.zip", archive[:-30])


NAMES = st.text(st.sampled_from("ab/.\\:Zä\n"), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.builds("{}{}".format, NAMES, st.sampled_from(["", ".txt", ".png", ".zip"])), st.binary(max_size=9)
    )
)
def test_every_member_is_a_document_or_a_problem(parse: Parse, members: dict[str, bytes]) -> None:
    """Unless it is a folder or hidden, and no temporary file is left."""
    try:
        items = parse("a.zip", zipped(members))
    except LoadError:
        items = []
    named = {item.id if isinstance(item, Document) else item.where for item in items}
    for name in members:
        parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]
        is_hidden = any(part.startswith(".") and part != ".." for part in parts)
        parts = [part.replace("\n", "\ufffd") for part in parts]
        slash = "/" * name.replace("\\", "/").startswith("/")
        assert name.endswith("/") or is_hidden or not parts or f"a.zip/{slash}{'/'.join(parts)}" in named
    assert list(Path(gettempdir()).glob(f"{PREFIX}*")) == []


def test_an_archive_is_a_format_like_others() -> None:
    """So an archive inside an archive is a member like others."""
    assert ".zip" in PARSERS

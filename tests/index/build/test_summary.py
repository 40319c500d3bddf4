"""The summary of a build names every kind of problem in at most 20 lines, and nothing of a folder is lost."""

import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build.copies import CopyGroup
from index.build.dry_run import DryRun
from index.build.inventory import INVENTORY, FormatCount, Inventory, Skip, SkipReason
from index.build.load import load_documents
from index.build.pipeline import build_index
from index.build.summary import (
    describe_all,
    describe_copies,
    describe_left_out,
    describe_read,
    describe_rest,
    group_problems,
)
from index.settings import IndexSettings
from index.types import LoadProblem
from index.writes.summary import show_dry_run
from tests.doubles import WordEncoder

LIMIT = 1_000_000
PROBLEMS = [
    "no parser for .png: convert it, or name it in .netsphereignore",
    "no parser for .exe: convert it, or name it in .netsphereignore",
    "is empty; fill it or leave it out",
    "has 1,000,001 bytes, more than max_file_mb allows (1,000,000); split it",
    "has 2,000,000 bytes, more than max_file_mb allows (1,000,000); split it",
    "the document id 'a' is already used; give each its own",
]


def test_problems_with_the_same_reason_are_one_line() -> None:
    """Numbers and names aside, which are left out if they differ; the remedy of unknown formats is said once."""
    places = ["a.png", "b.exe", "c.txt", "d.txt", "e.txt", "f.jsonl:3"]
    problems = [LoadProblem(where, reason) for where, reason in zip(places, PROBLEMS, strict=True)]
    problems += [LoadProblem(f"{number}.png", PROBLEMS[0]) for number in range(4)]
    skipped = tuple(Skip(name, SkipReason.HIDDEN) for name in (".git", ".a\n\x1b[2J"))
    lines = describe_left_out(Inventory({}, skipped, tuple(problems)))
    assert lines[:3] == [
        "passed over 2 hidden: .git, .a\\n\\x1b[2J",
        "left out    5 files: no parser for .png: a.png, 0.png, 1.png …",
        "left out    2 files: has … bytes, more than max_file_mb allows (1,000,000); split it: d.txt, e.txt",
    ]
    assert "left out    1 line: the document id 'a' is already used; give each its own: f.jsonl:3" in lines
    assert sum(".pdf" in line for line in lines) == 1
    rest = describe_rest(Inventory({}, skipped, tuple(problems)), (), "var/index")
    assert rest == ["            all of them: python -m index status --all --index var/index"]
    assert describe_rest(Inventory({}, skipped, tuple(problems[:6])), (), "var/index") == []


def test_a_name_that_looks_like_a_group_is_another_reason() -> None:
    """A file may have any extension."""
    problems = [LoadProblem(f"a{kind}", f"no parser for {kind}: convert it") for kind in (".7z", ".…z")]
    assert [group.places for group in group_problems(problems)] == [("a.7z",), ("a.…z",)]


def test_copies_are_at_most_four_lines() -> None:
    """How many there are, and the largest groups."""
    groups = [CopyGroup(("a", "b", "c", "d"), False), *(CopyGroup((f"{n}", f"{n}b"), True) for n in range(5))]
    assert describe_copies(groups) == [
        "copies      14 documents in 6 groups with the same or nearly the same text",
        "            nearly the same: a, b, c …",
        "            the same: 0, 0b",
        "            the same: 1, 1b",
    ]
    assert describe_rest(Inventory(), groups[1:3], "i") == []
    assert len(describe_rest(Inventory(), groups, "i")) == 1


def test_the_longest_summary_has_twenty_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """With more reasons and copies than are shown, and the result."""
    skipped = [Skip(f"{reason}{number}", reason) for reason in SkipReason for number in range(9)]
    kinds = "red green blue cyan pink grey black white brown gold".split()
    problems = [LoadProblem(f"{kind}.txt", f"is {kind}; paint it") for kind in kinds]
    problems += [LoadProblem("a.png", PROBLEMS[0])]
    copies = tuple(CopyGroup((f"{number}", f"{number}b"), True) for number in range(9))
    inventory = Inventory({".txt": FormatCount(1, 1, 1)}, tuple(skipped), tuple(problems))
    show_dry_run(DryRun("texts", inventory, copies, 1, 1, 0, 0))
    printed = capsys.readouterr()
    assert (printed.out + printed.err).count("\n") == 19
    assert len(describe_rest(inventory, copies, "var/index")) == 1


def test_what_was_read_is_one_line() -> None:
    """The commonest format first."""
    formats = {".html": FormatCount(2, 1_500_000, 2), ".jsonl": FormatCount(1, 300, 40), ".txt": FormatCount(7, 0, 7)}
    assert describe_read(Inventory(formats)) == [
        "read        49 documents in 10 files, 1.5 MB: .txt 7, .html 2, .jsonl 1"
    ]
    assert describe_read(Inventory()) == []


names = st.text(min_size=1, max_size=300)


@given(
    st.lists(st.builds(LoadProblem, names, st.one_of(st.sampled_from(PROBLEMS), names)), max_size=60),
    st.lists(st.builds(Skip, names, st.sampled_from(SkipReason)), max_size=20),
)
def test_a_summary_is_short_and_its_groups_are_complete(problems: list[LoadProblem], skipped: list[Skip]) -> None:
    """Whatever the names and the reasons are: 13 lines at most, and each problem is in one group and in the full list."""
    inventory = Inventory({}, tuple(skipped), tuple(problems))
    lines = describe_left_out(inventory)
    assert len(lines) <= 13
    assert not any("\n" in line[:12] for line in lines)
    places = [place for group in group_problems(problems) for place in group.places]
    assert sorted(places) == sorted(problem.where for problem in problems)
    assert len(list(describe_all(inventory, ()))) == len(problems) + len(skipped)


contents = st.sampled_from(
    [b"", b"Cats sleep.", b"\x89PNG\0\0", b'{"text": "x"}\n{"text": ""}', b"# Cats\n\nThey sleep."]
)
tree = st.dictionaries(
    st.lists(st.sampled_from(["a", ".b", "c.txt", "d.jsonl", "e.png", "f.md", "g.txt.toml"]), min_size=1, max_size=3)
    .map("/".join),
    contents,
    max_size=8,
)  # fmt: skip


def write_tree(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write what fits: a file has no files below it."""
    for name, content in files.items():
        path = folder / name
        if not path.exists() and not any(parent.is_file() for parent in path.parents):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


@settings(max_examples=25)
@given(tree, st.lists(st.sampled_from(["*.png", "a/", "c.txt", "!c.txt"]), max_size=2))
def test_no_file_is_lost(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], ignore: list[str]) -> None:
    """Each is a document, part of one as its sidecar, a problem, or passed over with the folder that it is in."""
    folder = tmp_path_factory.mktemp("texts")
    write_tree(folder, files)
    if ignore:
        (folder / ".netsphereignore").write_text("\n".join(ignore), encoding="utf-8")
    loaded = load_documents(folder, LIMIT)
    read = {
        document.id.partition(".jsonl:")[0] + ".jsonl" * (".jsonl:" in document.id) for document in loaded.documents
    }
    known = read | {f"{name}.toml" for name in read} | {problem.where.partition(":")[0] for problem in loaded.problems}
    passed_over = [folder / skip.where for skip in loaded.skipped]
    for path in folder.rglob("*"):
        if path.is_file() and not any(path.is_relative_to(skip) for skip in passed_over):
            name = path.relative_to(folder).as_posix()
            assert name in known or name.removesuffix(".toml") in known
    assert sum(count.files for count in loaded.formats.values()) == len(read)
    assert sum(count.documents for count in loaded.formats.values()) == len(loaded.documents)


def test_the_documentation_of_an_installed_package_is_counted_as_it_is(tmp_path: Path) -> None:
    """Real files: all files of two packages, with their metadata, whatever they are."""
    packages = Path(sysconfig.get_path("purelib"))
    for name in ("click", "pathspec"):
        for source in filter(Path.is_dir, packages.glob(f"{name}*")):
            shutil.copytree(source, tmp_path / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    loaded = load_documents(tmp_path, LIMIT)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(loaded.skipped) + len(loaded.problems) + loaded.inventory.total.files == len(files)
    assert any(group.reason.startswith("no parser for .py") for group in group_problems(loaded.problems))
    assert loaded.formats[".txt"].files == len(
        [path for path in files if path.suffix == ".txt" and path.stat().st_size]
    )
    assert len(describe_read(loaded.inventory) + describe_left_out(loaded.inventory)) <= 14


def test_the_inventory_of_the_last_build_is_kept(tmp_path: Path) -> None:
    """Also if nothing is built because only what cannot be read has changed; a damaged file costs only what it adds."""
    source, settings = tmp_path / "texts", IndexSettings(index=str(tmp_path / "index"))
    source.mkdir()
    (source / "a.txt").write_text("Cats sleep.", encoding="utf-8")
    build_index(source, settings, WordEncoder())
    (source / "b.png").write_bytes(b"\x89PNG")
    (source / ".c").write_text("c", encoding="utf-8")
    report = build_index(source, settings, WordEncoder())
    assert not report.changed
    written = build_index(None, settings, WordEncoder(), overrides={"d": None})
    assert written.inventory == report.inventory
    assert [problem.where for problem in written.inventory.problems] == ["b.png"]
    assert written.inventory.skipped == (Skip(".c", SkipReason.HIDDEN),)
    (tmp_path / "index" / INVENTORY).write_text("{", encoding="utf-8")
    assert build_index(None, settings, WordEncoder(), overrides={"d": None}).inventory == Inventory()

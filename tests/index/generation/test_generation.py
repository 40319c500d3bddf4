"""A generation on disk is intact or refused."""

import json
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.build.pipeline import build_index
from index.errors import DamagedGeneration, GenerationError, IncompatibleGeneration
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation, GenerationContents
from index.generation.manifest import FORMAT, MANIFEST_NAME, Manifest
from index.settings import IndexSettings
from tests.doubles import WordEncoder

QUESTION = WordEncoder().encode_questions(["Where do cats sleep?"]).vectors


@pytest.fixture(scope="module", params=["exact", "faiss"])
def intact(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "texts").mkdir()
    (folder / "texts" / "a.txt").write_text("Cats sleep on mats. Dogs dig holes. 猫は眠る。", encoding="utf-8")
    (folder / "texts" / "b.md").write_text("# Birds\n\nBirds sing at dawn.\n", encoding="utf-8")
    build_index(folder / "texts", IndexSettings(index=str(folder / "index"), store=request.param), WordEncoder())
    return IndexDirectory(folder / "index").open_current().folder


def collect_answers(contents: GenerationContents) -> object:
    """Return everything that an answer could be made of."""
    found = contents.store.search(QUESTION, 10)[0]
    return (
        tuple(contents.documents),
        tuple(contents.passages),
        [contents.passages.get_text(position) for position in range(len(contents.passages))],
        contents.units.tolist(),
        contents.keys.tolist(),
        found.positions.tolist(),
        found.scores.tolist(),
        contents.store.vectors(range(len(contents.store))).tolist(),
        contents.lexical.score_all({"cat": 1.0, "bird": 1.0}).tolist(),
    )


def list_places(path: Path, size: int) -> list[int]:
    """Return both ends of a file and a sample in between, a larger one for the manifest: no other file has its hash."""
    count = 40 if path.name == MANIFEST_NAME else 4
    return [0, 1, *np.random.default_rng(size).integers(size, size=count).tolist(), size - 2, size - 1]


def open_answers(folder: Path) -> object | None:
    """Return the answers, or None if the generation is refused."""
    try:
        return collect_answers(Generation.open(folder).contents)
    except GenerationError:
        return None


@pytest.mark.slow
def test_any_damaged_byte_is_refused_or_harmless(intact: Path, tmp_path: Path) -> None:
    """Whichever byte of whichever file changes, nobody gets another answer."""
    copy = tmp_path / intact.name
    shutil.copytree(intact, copy)
    expected, refused = open_answers(intact), 0
    for path in sorted(p for p in copy.rglob("*") if p.is_file()):
        original = path.read_bytes()
        for place in list_places(path, len(original)):
            damaged = bytearray(original)
            damaged[place] ^= 0x80 if place % 2 else 0x01
            path.write_bytes(damaged)
            found = open_answers(copy)
            assert found in (None, expected), f"{path.name}, byte {place}"
            refused += found is None
        path.write_bytes(original)
    assert refused > 150
    assert open_answers(copy) == expected


@pytest.mark.parametrize("harm", ["cut", "longer", "missing"])
def test_a_file_cut_longer_or_missing_is_refused_by_name(intact: Path, tmp_path: Path, harm: str) -> None:
    """Each file in turn; the error names it."""
    for file in sorted(p.relative_to(intact) for p in intact.rglob("*") if p.is_file()):
        copy = tmp_path / f"{harm}-{file.parent.name}-{file.name}"
        shutil.copytree(intact, copy)
        if harm == "missing":
            (copy / file).unlink()
        else:
            data = (intact / file).read_bytes()
            (copy / file).write_bytes(data[:-1] if harm == "cut" else data + b"}")
        if (harm, file.name) == ("cut", "manifest.json"):
            continue  # its last byte is a line break, which says nothing
        with pytest.raises(DamagedGeneration, match=file.name.replace(".", r"\.")):
            Generation.open(copy)


@pytest.fixture(params=["loaded", "read"])
def large(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A generation all of whose arrays have checksums and are loaded, or read when they are needed."""
    monkeypatch.setattr("index.generation.generation.MIN_CHECKSUM_BYTES", 0)
    if request.param == "read":
        monkeypatch.setattr("index.disk.arrays.MAX_LOADED_BYTES", 0)
    (tmp_path / "a.txt").write_text("Cats sleep on mats. Dogs dig holes.", encoding="utf-8")
    build_index(tmp_path / "a.txt", IndexSettings(index=str(tmp_path / "index"), store="exact"), WordEncoder())
    return IndexDirectory(tmp_path / "index").open_current().folder


def test_a_large_array_is_verified_when_it_is_opened_or_read(large: Path, tmp_path: Path) -> None:
    """Each in turn: one error, and never a wrong answer; a build and a check by hand find it at once."""
    expected = collect_answers(Generation.open(large).contents)
    for file in sorted(path.relative_to(large) for path in large.rglob("*.npy")):
        copy = tmp_path / str(file).replace("/", "-")
        shutil.copytree(large, copy)
        data = bytearray((large / file).read_bytes())
        data[-1] ^= 1
        (copy / file).write_bytes(data)
        with suppress(DamagedGeneration):
            assert collect_answers(Generation.open(copy).contents) == expected
        with pytest.raises(DamagedGeneration, match=file.name):
            Generation.open(copy, hashes_all=True)


def test_only_large_arrays_have_checksums(large: Path, intact: Path) -> None:
    """The hash of a small file is compared anyway."""
    files = {path.name for path in large.rglob("*") if path.is_file()}
    assert {name for name in files if name.endswith(".crc32")} == {f"{n}.crc32" for n in files if n.endswith(".npy")}
    assert not list(intact.rglob("*.crc32"))


def test_what_is_read_is_what_was_written(intact: Path) -> None:
    """Documents keep their text, passages their slices, and the manifest counts both."""
    generation = Generation.open(intact)
    texts = {document.id: document.text for document in generation.contents.documents}
    assert texts["a.txt"] == "Cats sleep on mats. Dogs dig holes. 猫は眠る。"
    assert generation.manifest.counts["passages"] == len(generation.contents.passages)
    assert generation.contents.passages[-1].heading == "Birds"


def test_nothing_on_disk_is_a_pickle(intact: Path) -> None:
    """Opening an index never runs code that its author put into it."""
    for path in intact.rglob("*.npy"):
        np.load(path, allow_pickle=False)
    assert {p.suffix for p in intact.rglob("*") if p.is_file()} <= {".json", ".npy", ".faiss"}


@pytest.mark.parametrize("version", [FORMAT - 1, FORMAT + 1, None])
def test_another_format_is_refused_with_the_command(intact: Path, tmp_path: Path, version: object) -> None:
    """Of an older and of a newer program; the error says how to rebuild the index."""
    shutil.copytree(intact, tmp_path / "old")
    path = tmp_path / "old" / "manifest.json"
    sealed = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(sealed | {"format": version}), encoding="utf-8")
    with pytest.raises(IncompatibleGeneration, match="python -m index build"):
        Manifest.read(tmp_path / "old")


def test_a_file_that_is_not_in_the_manifest_changes_nothing(intact: Path, tmp_path: Path) -> None:
    """It is not read."""
    copy = tmp_path / "copy"
    shutil.copytree(intact, copy)
    for folder in (copy, copy / "store", copy / "lexical"):
        (folder / "corpus.jsonl").write_text('{"text": "intruder"}\n', encoding="utf-8")
    assert open_answers(copy) == open_answers(intact)


def test_the_unit_of_a_whole_passage_is_found(intact: Path) -> None:
    """It spans all sentences of its passage; a passage without such a unit has none."""
    contents = Generation.open(intact).contents
    rows = contents.whole_passage_units.tolist()
    assert len(rows) == len(contents.passages) > 0
    for position, passage in enumerate(contents.passages):
        assert contents.units[rows[position]].tolist() == [
            position,
            passage.sentences[0].start,
            passage.sentences[-1].end,
        ]
    shorter = contents.units - np.array([0, 0, 1])
    assert replace(contents, units=shorter).whole_passage_units.tolist() == [-1] * len(rows)
    assert replace(contents, units=contents.units + np.array([0, 1, 0])).whole_passage_units.tolist() == [-1] * len(
        rows
    )


def test_the_manifest_names_every_file(intact: Path) -> None:
    """A file that it does not name would not be checked."""
    files = {path.relative_to(intact).as_posix() for path in intact.rglob("*") if path.is_file()}
    assert set(Manifest.read(intact).files) == files - {"manifest.json"}

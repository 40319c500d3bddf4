"""The manifest of a generation, the hash that protects it, and the fingerprints that it states."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DamagedGeneration
from index.generation.manifest import (
    MANIFEST_NAME,
    RECIPE,
    FileDigest,
    Manifest,
    fingerprint_documents,
    fingerprint_recipe,
)
from index.settings import IndexSettings
from index.types import Document, Heading, LoadProblem
from tests.doubles import WordEncoder

MANIFEST = Manifest(
    generation="000001-0123abcd",
    built_at="2026-01-01T00:00:00+00:00",
    source="seeds",
    corpus="c" * 64,
    recipe="d" * 64,
    model="words",
    model_fingerprint="e" * 64,
    settings={"store": "exact", "passage_chars": 500},
    store={"kind": "exact"},
    counts={"documents": 1, "passages": 2, "units": 3},
    problems=(LoadProblem("Ōtomo\n.txt", "is “empty”"),),
    files={"store/vectors.npy": FileDigest(3, sha256(b"abc").hexdigest())},
)
MARKS = st.text(max_size=12)


@settings(max_examples=40)
@given(MARKS, MARKS, MARKS)
def test_what_is_read_is_what_was_written(source: str, where: str, reason: str) -> None:
    """Whatever the names and reasons hold: quotes, line breaks, emoji."""
    manifest = replace(MANIFEST, source=source, problems=(LoadProblem(where, reason),))
    with TemporaryDirectory() as folder:
        manifest.write(Path(folder))
        assert Manifest.read(Path(folder)) == manifest


def changed(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the body with one value changed to another of its type."""
    value = body[name]
    other: object = (
        f"{value}0" if isinstance(value, str) else {**value, "more": 1} if isinstance(value, dict) else value * 2
    )
    return {**body, name: other}


@pytest.mark.parametrize("name", sorted(Manifest.__dataclass_fields__))
def test_no_field_can_be_changed_unnoticed(tmp_path: Path, name: str) -> None:
    """The hash covers every one of them, even if the file remains valid JSON of the right shape."""
    MANIFEST.write(tmp_path)
    path = tmp_path / MANIFEST_NAME
    sealed = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**sealed, "manifest": changed(sealed["manifest"], name)}), encoding="utf-8")
    with pytest.raises(DamagedGeneration, match=r"manifest\.json is damaged: its contents do not have the sha256"):
        Manifest.read(tmp_path)


def test_half_a_character_in_a_manifest_is_damage(tmp_path: Path) -> None:
    """JSON can hold one, and UTF-8 cannot: hashing it must not fail with another error."""
    MANIFEST.write(tmp_path)
    path = tmp_path / MANIFEST_NAME
    path.write_bytes(path.read_bytes().replace(b'"words"', rb'"\ud800"'))
    with pytest.raises(DamagedGeneration, match="do not have the sha256"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"format": 1}', b"\xff\xfe", b"9" * 5000])
def test_what_is_no_manifest_is_damaged(tmp_path: Path, data: bytes) -> None:
    """One error for an empty, truncated, differently shaped or binary file, and it names the file."""
    (tmp_path / MANIFEST_NAME).write_bytes(data)
    with pytest.raises(DamagedGeneration, match=r"manifest\.json is missing or damaged"):
        Manifest.read(tmp_path)


def test_a_folder_without_one_is_damaged(tmp_path: Path) -> None:
    """So is one in which a folder has its name."""
    with pytest.raises(DamagedGeneration, match=r"manifest\.json is missing"):
        Manifest.read(tmp_path)
    (tmp_path / MANIFEST_NAME).mkdir()
    with pytest.raises(DamagedGeneration, match=r"manifest\.json cannot be read: Is a directory"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("data", "words"), [(b"abc", None), (b"abd", "is damaged"), (b"abcd", "is damaged"), (b"", "is damaged"), (None, "is missing")]
)  # fmt: skip
def test_files_are_compared_with_their_digests(tmp_path: Path, data: bytes | None, words: str | None) -> None:
    """By size and by hash; the first that differs is named."""
    (tmp_path / "store").mkdir()
    if data is not None:
        (tmp_path / "store" / "vectors.npy").write_bytes(data)
    if words is None:
        MANIFEST.check_files(tmp_path)
        return
    with pytest.raises(DamagedGeneration, match=rf"store/vectors\.npy {words}"):
        MANIFEST.check_files(tmp_path)


def test_files_with_checksums_are_hashed_on_request(tmp_path: Path) -> None:
    """Of the others, and of the checksums themselves, size and hash are compared, of these only the size."""
    for name, data in (("small", b"ab"), ("large", b"abcd"), ("large.crc32", b"1234")):
        (tmp_path / name).write_bytes(data)
    manifest = replace(MANIFEST, files={path.name: FileDigest.from_file(path) for path in tmp_path.iterdir()})
    manifest.check_files(tmp_path, hashes_all=True)
    (tmp_path / "large").write_bytes(b"abce")
    manifest.check_files(tmp_path)
    with pytest.raises(DamagedGeneration, match="large is damaged"):
        manifest.check_files(tmp_path, hashes_all=True)
    (tmp_path / "large").write_bytes(b"abc")
    with pytest.raises(DamagedGeneration, match="large is damaged"):
        manifest.check_files(tmp_path)
    (tmp_path / "large").write_bytes(b"abcd")
    for name, data in (("small", b"ac"), ("large.crc32", b"1235")):
        original = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DamagedGeneration, match=f"{name} is damaged"):
            manifest.check_files(tmp_path)
        (tmp_path / name).write_bytes(original)


def test_a_digest_is_of_the_whole_file(tmp_path: Path) -> None:
    """Also of a file of several megabytes."""
    data = bytes(range(256)) * 10_000
    (tmp_path / "large").write_bytes(data)
    assert FileDigest.from_file(tmp_path / "large") == FileDigest(len(data), sha256(data).hexdigest())


def test_every_field_of_a_document_changes_the_fingerprint() -> None:
    """Id, text, title, metadata, headings and pages; so do the order and the number of documents."""
    document = Document("a.txt", "Cats sleep.", "Cats", {"language": "en"}, (Heading(0, 4),), (0,))
    others = [
        replace(document, id="b.txt"),
        replace(document, text="Cats sleep!"),
        replace(document, title="Dogs"),
        replace(document, metadata={"language": "de"}),
        replace(document, headings=(Heading(0, 4, level=2),)),
        replace(document, headings=(Heading(0, 4, words="Cat"),)),
        replace(document, pages=()),
    ]
    collections = [[], [document], *([other] for other in others), [document, others[0]], [others[0], document]]
    assert len({fingerprint_documents(documents) for documents in collections}) == len(collections)
    assert fingerprint_documents(iter([document])) == fingerprint_documents([replace(document)])


def test_a_program_that_makes_something_else_has_another_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the next build with it takes over nothing that the older one made."""
    before = fingerprint_recipe(IndexSettings(), WordEncoder())
    monkeypatch.setattr("index.generation.manifest.RECIPE", RECIPE + 1)
    assert fingerprint_recipe(IndexSettings(), WordEncoder()) != before


def test_settings_and_model_change_the_recipe() -> None:
    """Only settings that decide answers; where the index is does not matter."""
    recipes = [
        fingerprint_recipe(IndexSettings(), WordEncoder()),
        fingerprint_recipe(IndexSettings(stemmer="none"), WordEncoder()),
        fingerprint_recipe(IndexSettings(), WordEncoder("other")),
    ]
    assert len(set(recipes)) == 3
    assert fingerprint_recipe(IndexSettings(index="elsewhere"), WordEncoder()) == recipes[0]

"""Documents with the same or nearly the same text are found, whatever their number."""

from pathlib import Path

import numpy as np
import pytest

from index.build.copies import COPIES, SKETCHES, CopyGroup, find_copies, read_copies
from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from index.text.sketch import sketch_texts
from index.types import Document
from tests.doubles import WordEncoder

WORDS = [f"w{number:03}" for number in range(700)]


def draw(rng: np.random.Generator, words: int = 150) -> list[str]:
    return [str(word) for word in rng.choice(WORDS, words)]


def find(texts: list[str]) -> tuple[CopyGroup, ...]:
    return find_copies([f"{number:05}" for number in range(len(texts))], sketch_texts(texts, len(texts)))


def test_copies_and_near_copies_are_groups() -> None:
    """Case and white space aside; a third and a tenth of other words are another text and nearly the same one."""
    rng = np.random.default_rng(1)
    one, other = draw(rng), draw(rng)
    near = [*one[:70], "changed", *one[71:]]
    far = [*one[:90], *draw(rng, 60)]
    texts = [" ".join(words) for words in (one, other, near, far)] + ["  \n".join(other).upper()]
    assert find(texts) == (CopyGroup(("00000", "00002"), False), CopyGroup(("00001", "00004"), True))


def test_no_copies_no_groups() -> None:
    """Nor of one document, or none."""
    rng = np.random.default_rng(2)
    assert find([" ".join(draw(rng)) for _ in range(300)]) == ()
    assert find(["Cats sleep."]) == find([]) == ()


def test_comparisons_grow_with_the_number_of_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of documents that are all nearly the same, each is compared with two others in each band, not with all."""
    compared = []
    import index.build.copies as copies

    def estimate(sketches: object, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        compared.append(len(one))
        return np.ones(len(one))

    monkeypatch.setattr(copies, "estimate_similarities", estimate)
    count = 3000
    sketches = sketch_texts(["Cats sleep on mats."] * count, count)
    sketches["digest"][:, :8] = np.arange(count, dtype=np.uint64).view(np.uint8).reshape(count, 8)
    (group,) = find_copies([str(number) for number in range(count)], sketches)
    assert len(group.documents) == count
    assert not group.identical
    assert sum(compared) <= 2 * 16 * count


def test_a_build_finds_copies_and_an_update_knows_them(tmp_path: Path) -> None:
    """Only what is new is sketched; the files equal those of a build from scratch, and a group ends with its copies."""
    settings = IndexSettings(index=str(tmp_path / "index"))
    documents = {name: Document(name, "Cats sleep on mats all day long.") for name in ("a", "c")}
    documents["b"] = Document("b", "Dogs dig holes in the garden.")
    report = build_index(None, settings, WordEncoder(), overrides=documents)
    assert report.copies == (CopyGroup(("a", "c"), True),)
    more = {"d": Document("d", "Dogs  dig holes\nin the garden."), "a": None}
    report = build_index(None, settings, WordEncoder(), overrides=more)
    assert report.copies == (CopyGroup(("b", "d"), True),)
    folder = IndexDirectory(tmp_path / "index").open_current().folder
    assert read_copies(folder) == report.copies
    scratch = IndexSettings(index=str(tmp_path / "scratch"))
    build_index(None, scratch, WordEncoder(), overrides={k: v for k, v in (documents | more).items() if v})
    again = IndexDirectory(tmp_path / "scratch").open_current().folder
    for name in (COPIES, SKETCHES):
        assert (folder / name).read_bytes() == (again / name).read_bytes()
    assert build_index(None, settings, WordEncoder(), overrides={"a": None}).copies == report.copies


def test_an_index_of_a_version_without_sketches_gets_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next build sketches all documents; until then there are no groups."""
    import index.build.publish as publish

    settings = IndexSettings(index=str(tmp_path))
    documents = {name: Document(name, "Cats sleep on mats all day long.") for name in ("a", "b")}
    with monkeypatch.context() as patch:
        patch.setattr(publish, "write_copies", lambda *arguments: None)
        build_index(None, settings, WordEncoder(), overrides=documents)
    assert read_copies(IndexDirectory(tmp_path).open_current().folder) == ()
    report = build_index(None, settings, WordEncoder(), overrides={"c": Document("c", "Dogs dig.")})
    assert report.copies == (CopyGroup(("a", "b"), True),)

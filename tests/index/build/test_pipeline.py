"""Builds: what they reuse, what they refuse, and what is served after a failure."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.build.pipeline import build_index
from index.errors import BuildError, UsageError
from index.generation.directory import IndexDirectory
from index.generation.generation import write_generation
from index.generation.integrity import find_violations
from index.progress import Terminal
from index.settings import IndexSettings
from tests.doubles import WordEncoder

ROOT = Path(__file__).parents[3]


def texts(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def settings(folder: Path, **others: object) -> IndexSettings:
    return IndexSettings(index=str(folder / "index"), **others)


def served(folder: Path) -> dict[str, str]:
    return {d.id: d.text for d in IndexDirectory(folder / "index").open_current().contents.documents}


def test_only_what_changed_is_embedded_again(tmp_path: Path) -> None:
    """A changed sentence costs one sentence and its passage; everything else is reused."""
    a = "Cats sleep on mats all day. They wake at night to hunt."
    source = texts(tmp_path / "t", a=a, b="Dogs dig. They bark.")
    build_index(source, settings(tmp_path), WordEncoder())
    encoder = WordEncoder()
    texts(source, a=a, b="Dogs dig. They howl.")
    report = build_index(source, settings(tmp_path), encoder)
    assert set(encoder.encoded) - {"a", "b"} == {"They howl.", "Dogs dig. They howl."}
    assert (report.changed, report.embedded, report.reused) == (True, 2, 4)


def test_reused_vectors_are_those_that_embedding_gives(tmp_path: Path) -> None:
    """An incremental build and one from scratch answer alike."""
    source = texts(tmp_path / "t", a="Cats sleep. They purr.", b="Dogs dig.")
    build_index(source, settings(tmp_path), WordEncoder())
    texts(source, a="Cats sleep. They purr.", c="Birds sing.")
    build_index(source, settings(tmp_path), WordEncoder())
    fresh = IndexSettings(index=str(tmp_path / "fresh"))
    build_index(source, fresh, WordEncoder())
    one, other = (
        IndexDirectory(tmp_path / "index").open_current().contents,
        IndexDirectory(tmp_path / "fresh").open_current().contents,
    )
    assert one.store.vectors(range(len(one.store))).tolist() == other.store.vectors(range(len(other.store))).tolist()
    assert tuple(one.documents) == tuple(other.documents)
    assert tuple(one.passages) == tuple(other.passages)


def test_nothing_changed_builds_nothing(tmp_path: Path) -> None:
    """The same generation stays, and no text is embedded."""
    source = texts(tmp_path / "t", a="Cats sleep.")
    first = build_index(source, settings(tmp_path), WordEncoder())
    encoder = WordEncoder()
    again = build_index(source, settings(tmp_path), encoder)
    assert not again.changed
    assert again.manifest.generation == first.manifest.generation
    assert encoder.encoded == []


@pytest.mark.parametrize("others", [{"store": "exact"}, {"stemmer": "none"}, {"passage_chars": 200}])
def test_a_decisive_setting_makes_a_new_generation_without_embedding_everything(
    tmp_path: Path, others: dict[str, object]
) -> None:
    """Vectors do not depend on it, so they are reused."""
    source = texts(tmp_path / "t", a="Cats sleep.")
    build_index(source, settings(tmp_path), WordEncoder())
    report = build_index(source, settings(tmp_path, **others), WordEncoder())
    assert (report.changed, report.embedded) == (True, 0)


def test_another_model_embeds_everything_again(tmp_path: Path) -> None:
    """Vectors of two models are never mixed."""
    source = texts(tmp_path / "t", a="Cats sleep. Dogs dig.")
    build_index(source, settings(tmp_path), WordEncoder())
    report = build_index(source, settings(tmp_path), WordEncoder("other"))
    assert report.reused == 0
    assert report.manifest.model == "other"


def test_what_was_removed_is_gone(tmp_path: Path) -> None:
    """From documents, passages and words."""
    source = texts(tmp_path / "t", a="Cats sleep.", b="Walruses swim.")
    build_index(source, settings(tmp_path), WordEncoder())
    texts(source, a="Cats sleep.")
    build_index(source, settings(tmp_path), WordEncoder())
    contents = IndexDirectory(tmp_path / "index").open_current().contents
    assert [d.id for d in contents.documents] == ["a.txt"]
    assert not any(word.startswith("walrus") for word in contents.lexical.vocabulary)


def test_bad_files_are_named_and_the_rest_is_indexed(tmp_path: Path) -> None:
    """Each with its reason, in the report and in the manifest."""
    source = texts(tmp_path / "t", a="Cats sleep.", empty="")
    (source / "noise.txt").write_bytes(bytes(range(256)) * 8)
    (source / "gone.txt").symlink_to(source / "nowhere")
    report = build_index(source, settings(tmp_path), WordEncoder())
    assert {problem.where for problem in report.problems} == {"empty.txt", "noise.txt", "gone.txt"}
    assert all(problem.reason for problem in report.problems)
    assert IndexDirectory(tmp_path / "index").open_current().manifest.problems == report.problems
    assert list(served(tmp_path)) == ["a.txt"]


def test_a_folder_with_nothing_to_read_leaves_what_is_served(tmp_path: Path) -> None:
    """An error that gives the first reason; the old texts still answer."""
    source = texts(tmp_path / "t", a="Cats sleep.")
    build_index(source, settings(tmp_path), WordEncoder())
    texts(source, a="")
    with pytest.raises(BuildError, match=r"holds no text that can be read; the first reason: a\.txt: is empty"):
        build_index(source, settings(tmp_path), WordEncoder())
    assert served(tmp_path) == {"a.txt": "Cats sleep."}


@pytest.mark.parametrize("place", [".", "index", "var/index"])
def test_an_index_inside_its_own_texts_is_refused(tmp_path: Path, place: str) -> None:
    """Its files would be read as documents, and what was removed from the texts would live on in them."""
    source = texts(tmp_path / "t", a="Cats sleep.")
    with pytest.raises(UsageError, match=r"lies inside .*; choose another with --index"):
        build_index(source, IndexSettings(index=str(source / place)), WordEncoder())
    assert [path.name for path in source.iterdir()] == ["a.txt"]
    hidden = IndexSettings(index=str(source / ".index"))  # hidden names are passed over
    assert build_index(source, hidden, WordEncoder()).changed
    assert not build_index(source, hidden, WordEncoder()).changed


def test_a_long_title_costs_no_build(tmp_path: Path) -> None:
    """What an encoder cannot take of it is not mixed in; for the words it counts as a whole."""
    title = " ".join(f"w{i}" for i in range(50))
    lines = json.dumps({"id": "a", "title": title, "text": "Cats sleep."})
    (tmp_path / "a.jsonl").write_text(lines, encoding="utf-8")
    build_index(tmp_path / "a.jsonl", settings(tmp_path), WordEncoder(max_tokens=20))
    contents = IndexDirectory(tmp_path / "index").open_current().contents
    assert {"w0", "w49"} <= contents.lexical.vocabulary
    assert contents.documents[0].title == title


def test_metadata_nested_too_deep_costs_one_document(tmp_path: Path) -> None:
    """One bad line is a problem that is named, and the rest is indexed."""
    deep = '{"id": "b", "text": "Dogs dig.", "more": ' + "[" * 600 + "]" * 600 + "}"
    (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "Cats sleep."}\n' + deep, encoding="utf-8")
    report = build_index(tmp_path / "a.jsonl", settings(tmp_path), WordEncoder())
    assert [problem.where for problem in report.problems] == ["a.jsonl:2"]


def test_every_step_says_how_far_it_is(tmp_path: Path) -> None:
    """In the order of the work, each to its end."""
    source = texts(tmp_path / "t", a="Cats sleep. They purr.", b="Dogs dig.")
    stream = io.StringIO()
    build_index(source, settings(tmp_path), WordEncoder(), Terminal(stream))
    # Three sentences and a window of two of them.
    assert stream.getvalue().splitlines() == [
        "listing: 2",
        "hashing: 31 B",
        "parsing: 31 B, 2 of 2 files",
        "finding changes",
        "storing texts: 2",
        "splitting: 31 characters, 2 of 2 documents",
        "looking up texts: 4",
        "embedding: 4",
        "indexing words: 2",
        "comparing: 2",
    ]


def test_a_title_that_changes_embeds_its_texts_again(tmp_path: Path) -> None:
    """It is mixed into their vectors; a document that keeps its own is not."""
    source = texts(tmp_path / "t", a="Cats sleep.", b="Dogs dig.")
    build_index(source, settings(tmp_path), WordEncoder())
    (source / "a.txt.toml").write_text('title = "Animals"', encoding="utf-8")
    report = build_index(source, settings(tmp_path), WordEncoder())
    assert (report.changed, report.embedded, report.reused) == (True, 1, 1)
    assert IndexDirectory(tmp_path / "index").open_current().contents.documents[0].title == "Animals"


def test_a_file_over_the_limit_is_left_out(tmp_path: Path) -> None:
    """The setting is in megabytes."""
    source = texts(tmp_path / "t", a="Cats sleep. " * 100, b="Dogs dig. " * 100_001)
    report = build_index(source, settings(tmp_path, max_file_mb=1), WordEncoder())
    assert [problem.where for problem in report.problems] == ["b.txt"]
    assert list(served(tmp_path)) == ["a.txt"]


def test_only_the_newest_generations_are_kept(tmp_path: Path) -> None:
    """As many as the setting says."""
    for text in ("Cats sleep.", "Dogs dig.", "Birds sing."):
        source = texts(tmp_path / "t", a=text)
        build_index(source, settings(tmp_path, keep=2), WordEncoder())
    assert [name[:6] for name in IndexDirectory(tmp_path / "index").list_generations()] == ["000002", "000003"]


def test_bytes_that_the_disk_changed_are_never_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is read again and hashed first, whatever its size."""
    build_index(texts(tmp_path / "t", a="Cats sleep."), settings(tmp_path), WordEncoder())

    def write_and_damage(folder: Path, *others: object) -> object:
        manifest = write_generation(folder, *others)  # type: ignore[arg-type]
        units = folder / "units.npy"
        units.write_bytes(units.read_bytes()[:-1] + b"\xff")
        return manifest

    monkeypatch.setattr("index.build.publish.write_generation", write_and_damage)
    with pytest.raises(BuildError, match=r"could not be written to .*units\.npy"):
        build_index(texts(tmp_path / "t", a="Dogs dig."), settings(tmp_path), WordEncoder())
    assert served(tmp_path) == {"a.txt": "Cats sleep."}


def test_a_damaged_generation_is_rebuilt_even_if_an_older_one_has_the_texts(tmp_path: Path) -> None:
    """Otherwise the build would report that nothing changed, and the damaged one would stay the current one."""
    for text in ("Cats sleep.", "Dogs dig."):
        build_index(texts(tmp_path / "t", a=text), settings(tmp_path), WordEncoder())
    directory = IndexDirectory(tmp_path / "index")
    (directory.root / directory.require_current() / "units.npy").write_bytes(b"")
    report = build_index(texts(tmp_path / "t", a="Cats sleep."), settings(tmp_path), WordEncoder())
    assert (report.changed, report.embedded) == (True, 0)
    assert find_violations(directory.open_current()) == []


class CheckedEncoder(WordEncoder):
    """Counts how often its vectors are compared with those of the float32 model."""

    checks = 0

    def check_quantization(self, texts: Sequence[str]) -> None:
        self.checks += 1


def test_the_vectors_of_a_new_model_are_checked(tmp_path: Path) -> None:
    """Once: a later build with the same model does not check again."""
    encoder = CheckedEncoder()
    build_index(texts(tmp_path / "t", a="Cats sleep."), settings(tmp_path), encoder)
    assert encoder.checks == 1
    build_index(texts(tmp_path / "t", a="Dogs dig."), settings(tmp_path), encoder)
    assert encoder.checks == 1

"""What a collection is about, in its own words."""

from pathlib import Path

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from qa.collection.catalog import Catalog
from qa.collection.topics import MAX_TOPICS, list_topics
from tests.doubles import WordEncoder


def open_catalog(folder: Path, files: dict[str, str]) -> Catalog:
    for name, text in files.items():
        path = folder / "texts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    index = str(folder / "index")
    build_index(folder / "texts", IndexSettings(index=index), WordEncoder())
    return Catalog(IndexDirectory(Path(index)).open_current())


def test_few_documents_are_described_by_their_headings(tmp_path: Path) -> None:
    """Each once, in the order of the text, and only those that are read at a glance."""
    text = f"# Leave\n\n## Holidays\n\nThere are 27 days.\n\n## Sickness\n\nTell us.\n\n## {'Long ' * 20}\n\nText.\n"
    catalog = open_catalog(tmp_path, {"a.md": text, "b.md": "# Travel\n\n## Holidays\n\nTrains are paid.\n"})
    assert list_topics(catalog) == ("Holidays", "Sickness")


def test_many_documents_are_described_by_their_tags_or_folders_or_titles(tmp_path: Path) -> None:
    """The most frequent first; a heading of one of many says nothing of the others."""
    front = "---\ntags: [{}]\n---\n# Title {}\n\n## Heading\n\nWords.\n"
    tagged = {f"{n}.md": front.format("travel" if n else "leave, travel", n) for n in range(5)}
    assert list_topics(open_catalog(tmp_path / "tags", tagged)) == ("travel", "leave")
    folders = {f"{'handbook' if n else 'films'}/{n}.md": f"# Title {n}\n\nWords.\n" for n in range(5)}
    assert list_topics(open_catalog(tmp_path / "folders", folders)) == ("handbook", "films")
    plain = {f"{n}.md": f"# Title {n}\n\nWords.\n" for n in range(10)}
    assert list_topics(open_catalog(tmp_path / "plain", plain)) == tuple(f"Title {n}" for n in range(MAX_TOPICS))

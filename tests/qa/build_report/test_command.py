"""The report of a build is one page that names everything, and nothing in it is markup of a document."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from index.generation.directory import IndexDirectory
from qa.build_report.command import build
from qa.reader.language import detect_language

MODELS = Path(__file__).parents[3] / "var" / "models"
ENGLISH = "The river rises in the hills above the town, and in spring it floods the meadows below the old bridge."
GERMAN = "Der Fluss entspringt in den Hügeln über der Stadt und überschwemmt im Frühling die Wiesen an der Brücke."


class Links(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note elements that load something."""
        if tag in {"script", "img", "link", "iframe"} or any(name in {"src", "onclick"} for name, _ in attributes):
            self.tags.append(tag)


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    result = CliRunner().invoke(build, arguments)
    assert result.exception is None, result.exc_info
    return result


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Two languages, copies, and names that are markup."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(ENGLISH, encoding="utf-8")
    (folder / "c.txt").write_text(GERMAN, encoding="utf-8")
    (folder / "<script>.png").write_bytes(b"\x89PNG")
    (folder / ".hidden").write_text("x", encoding="utf-8")
    return folder


@pytest.mark.slow
def test_the_page_says_what_was_read_what_was_not_and_what_it_cost(tmp_path: Path, texts: Path) -> None:
    """All names are there, escaped; the page loads nothing; the result on standard output is that of a build."""
    where = ("--index", str(tmp_path / "index"), "--models", str(MODELS))
    done = run(str(texts), *where, "--report", str(tmp_path / "out" / "report.html"))
    assert done.stdout.startswith("built 000001-")
    assert done.stdout.count("\n") == 1
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for words in (
        "no parser for .png",
        "&lt;script&gt;.png",
        ".hidden",
        "the same text: a.txt",
        "<dt>en</dt><dd>2</dd>",
    ):
        assert words in page
    for words in ("<dt>de</dt><dd>1</dd>", "passages were asked for", "<dt>units embedded</dt>", "<dt>embedding</dt>"):
        assert words in page
    links = Links()
    links.feed(page)
    assert links.tags == []
    assert IndexDirectory(tmp_path / "index").find_current()


def test_a_dry_run_has_a_report_too(tmp_path: Path, texts: Path) -> None:
    """Without languages and costs, and without an index."""
    done = run(str(texts), "--index", str(tmp_path / "index"), "--dry-run", "--report", str(tmp_path / "report.html"))
    assert done.stdout.startswith("nothing was written; a build would have 3 documents new or changed, ")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;.png" in page
    assert "Languages" not in page
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (GERMAN, "de"), ("1 2", "unknown"), ("", "unknown")])
def test_the_language_of_a_text_is_told(text: str, language: str) -> None:
    """Of a text with too few words it is unknown."""
    assert detect_language(text) == language

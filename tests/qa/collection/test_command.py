"""``python -m qa documents`` lists what an index holds, as the API does."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from qa.__main__ import main
from qa.collection.catalog import MAX_FACET_VALUES, DocumentInfo, DocumentList, FacetValue
from qa.collection.command import format_facets, format_total
from qa.engine import Engine
from qa.web.app import create_app
from tests.doubles import WordEncoder

FRONT = "---\ntitle: {}\ndate: {}\ntags: [{}]\n---\n\n{}\n"
PAGES = {
    "hr/leave.md": FRONT.format("Paid Leave", "2024-05", "staff", "Every employee has 27 days of leave."),
    "hr/travel-2023.md": FRONT.format("Travel rules", "2023-02-01", "staff, travel", "The allowance is 28 EUR."),
    "hr/travel-2024.md": FRONT.format("travel rules", "2024-03-01", "travel", "The daily allowance is 30 EUR now."),
    "menu.txt": "Soup, bread and cheese are served at noon.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an index over the pages."""
    folder = tmp_path_factory.mktemp("documents")
    for name, text in PAGES.items():
        path = folder / "texts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    build_index(folder / "texts", IndexSettings(index=str(folder / "index")), WordEncoder())
    return folder / "index"


def call(index: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["documents", "--index", str(index), *options])


def list_ids(index: Path, *options: str) -> list[str]:
    result = call(index, "--json", *options)
    assert result.exit_code == 0, result.output
    return [document["id"] for document in json.loads(result.stdout)["documents"]]


def test_a_table_for_people(index: Path) -> None:
    """A line for each document with its date, its size, its id and its title, then the facets and how many there are."""
    assert call(index, "--filter", "tag=staff", "--facets", "tag,year,author").stdout.splitlines() == [
        "date        passages  id                 title",
        "2024-05            1  hr/leave.md        Paid Leave",
        "2023-02-01         1  hr/travel-2023.md  Travel rules",
        "",
        "tag:",
        "  2  staff",
        "  1  travel",
        "",
        "year:",
        "  1  2023",
        "  1  2024",
        "",
        "author: no document has it",
        "",
        "2 documents",
    ]


def test_json_is_what_the_api_returns(index: Path) -> None:
    """The same documents, totals and facets, for the same filter."""
    encoder, generation = WordEncoder(), IndexDirectory(index).open_current()
    client = create_app(Engine(generation, encoder, "none")).test_client()
    printed = json.loads(call(index, "--json", "--filter", "folder=hr/**", "--facets", "tag").stdout)
    assert printed == client.get("/v1/documents?folder=hr/**&facets=tag").get_json()
    assert printed["total"] == 3


def test_documents_are_chosen_and_sorted(index: Path) -> None:
    """By id, words of the title in any case, and metadata; newest or largest first, those without a date last."""
    leave, old, new, menu = PAGES
    assert list_ids(index) == [leave, old, new, menu]
    assert list_ids(index, "--reverse") == [menu, new, old, leave]
    assert list_ids(index, "--sort", "date") == [leave, new, old, menu]
    assert list_ids(index, "--sort", "date", "--reverse") == [old, new, leave, menu]
    assert list_ids(index, "--sort", "title") == [menu, leave, old, new]
    sizes = sorted(PAGES, key=lambda name: -len(PAGES[name].strip()))
    assert list_ids(index, "--sort", "size") == sizes
    assert list_ids(index, "--title", "RULES trav") == [old, new]
    assert list_ids(index, "--title", "rules", "--filter", "date.from=2024") == [new]
    assert list_ids(index, "--document", "*.txt") == [menu]
    assert list_ids(index, "--document", "*.pdf") == []


def test_more_documents_than_are_listed_are_counted(index: Path) -> None:
    """With the option that lists them; nothing is an answer, too."""
    lines = call(index, "--limit", "1").stdout.splitlines()
    assert lines[-1] == "the first 1 of 4 documents; list more with --limit 4"
    assert len(lines) == 4
    assert call(index, "--title", "nothing").stdout == "no document matches\n"


def test_what_cannot_be_listed_is_chosen_by_a_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the highest limit; and facets say that they are cut."""
    monkeypatch.setattr("qa.collection.command.MAX_LIMIT", 2)
    document = DocumentInfo("a.md", "A", "0" * 64, 1, 1, {})
    values = [FacetValue(str(number), 1) for number in range(MAX_FACET_VALUES)]
    listed = DocumentList(250_000, 0, 2, (document, document), {"tag": values, "year": values[:1]})
    assert format_total(listed) == "\nthe first 2 of 250,000 documents; choose some with --filter"
    heads = [line for line in format_facets(listed) if line and not line.startswith(" ")]
    assert heads == ["tag: the 100 most frequent values", "year:"]


def test_wrong_use_is_one_sentence(index: Path, tmp_path: Path) -> None:
    """The value, and what is allowed."""
    for options, code, message in (
        (("--facets", "colour"), 2, "unknown field 'colour' in --facets: no document has it; the fields are "),
        (("--filter", "colour=red"), 2, "unknown field 'colour' in --filter: no document has it; the fields are "),
        (("--sort", "colour"), 2, "invalid value 'colour' for --sort: must be one of id, title, date, size"),
        (("--limit", "0"), 2, "invalid value '0' for --limit: must be a whole number from 1 to 100000"),
    ):
        result = call(index, *options)
        assert result.exit_code == code
        assert message in result.stderr
    assert call(tmp_path).exit_code == 1

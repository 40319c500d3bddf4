"""What an office file states about itself."""

import pytest

from index.parsers.office.properties import Properties
from index.parsers.text_builder import TextBuilder


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Untitled",
        "Untitled 1",
        "Document3",
        "Word Document",
        "PowerPoint Presentation",
        "letter.docx",
        "Microsoft Word - letter",
    ],
)
def test_a_placeholder_is_no_title(title: str) -> None:
    """Then the first heading is one, unless the format says that its headings are none."""
    properties, builder = Properties(), TextBuilder()
    properties.add("title", title)
    builder.add_paragraph("Text.")
    builder.add_heading("The plan")
    assert properties.complete(builder, "a").title == "The plan"
    assert properties.complete(builder, "a", has_title_heading=False).title == ""


def test_a_title_wins() -> None:
    """On one line."""
    properties, builder = Properties(), TextBuilder()
    properties.add("title", " Travel\npolicy ")
    builder.add_heading("The plan")
    assert properties.complete(builder, "a").title == "Travel policy"


@pytest.mark.parametrize(
    ("name", "values", "kept"),
    [
        ("date", ["2026-01-05T09:00:00Z", "2026-01-31T10:11:12.5+02:00"], "2026-01-31"),
        ("date", ["2026-01-05", "yesterday", "0000-00-00"], "2026-01-05"),
        ("author", ["Ada", "python-docx", ""], "Ada"),
        ("language", ["en-GB", "no language"], "en-GB"),
        ("tags", ["travel, hotels;food", "travel"], ["travel", "hotels", "food"]),
        ("tags", [" ; "], None),
    ],
)
def test_metadata(name: str, values: list[str], kept: object) -> None:
    """The last value counts that says something."""
    properties = Properties()
    for value in values:
        properties.add(name, value)
    assert properties.metadata.get(name) == kept

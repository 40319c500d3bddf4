"""Plain text."""

import pytest

from index.errors import LoadError
from index.types import Document
from tests.index.parsers.conftest import Parse


@pytest.mark.parametrize("text", ["ネットスフィア 😀👩‍🚀", "שלום עולם, مرحبا", "  two  blanks\n\n\n\ttab  \n", "x"])
def test_text_is_as_in_the_file(parse: Parse, text: str) -> None:
    """Every script and all white space stay, so that offsets are those of the file."""
    assert parse("a.txt", text.encode()) == [Document("a.txt", text)]


def test_binary_data_is_refused(parse: Parse) -> None:
    """A picture named .txt is a LoadError."""
    with pytest.raises(LoadError, match="binary data"):
        parse("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")

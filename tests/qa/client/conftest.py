"""A real server process that can be written to, for the clients in both languages."""

from collections.abc import Iterator

import pytest

from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from tests.index.parsers.samples import pdf
from tests.qa.web.documents.served import Served, served

TEXT = "Cats sleep on warm mats all day."


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Served]:
    """A server over a text and a PDF, without the reader."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "texts").mkdir()
    (folder / "texts" / "cats.txt").write_text(TEXT, encoding="utf-8")
    (folder / "texts" / "owls.pdf").write_bytes(pdf(["Owls hunt."]))
    build_index(folder / "texts", IndexSettings(index=str(folder / "built")), encoder)
    with served(folder, folder / "built") as server:
        yield server

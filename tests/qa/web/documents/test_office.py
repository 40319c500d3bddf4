"""Office files over HTTP: sent in one request, parsed in the process that builds."""

from io import BytesIO
from pathlib import Path

from flask.testing import FlaskClient

from index.settings import IndexSettings
from index.types import Document
from index.writes.batches import BatchQueue
from index.writes.journal import Journal
from index.writes.parse import UploadParser
from tests.index.parsers.samples import FILES


def test_files_are_parsed_by_their_names(client: FlaskClient, journal: Journal, tmp_path: Path) -> None:
    """Each as in a folder, with its places; a broken one is a problem that names it."""
    names = ["text.docx", "text.rtf", "sheets.xlsx", "slides.odp"]
    files = [(BytesIO((FILES / name).read_bytes()), f"office/{name}") for name in names]
    files.append((BytesIO(b"no archive"), "broken.pptx"))
    response = client.post("/v1/documents", data={"file": files}, content_type="multipart/form-data")
    assert response.status_code == 202, response.text
    queue = BatchQueue(journal)
    batch = queue.start()
    with UploadParser(IndexSettings(index=str(tmp_path))) as parser:
        parser.parse(queue, batch)
    found = {name: one for name, one in queue.read_overrides(batch).items() if isinstance(one, Document)}
    assert sorted(found) == sorted(f"office/{name}" for name in names)
    assert found["office/text.docx"].text == found["office/text.rtf"].text
    assert [place.name for place in found["office/slides.odp"].places] == ["slide 1", "slide 1, notes", "slide 3"]
    (job,) = journal.list_jobs(1)
    assert "is damaged or not a .pptx file" in str(job)

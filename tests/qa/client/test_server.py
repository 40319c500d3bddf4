"""Every method of the client, sync and async, against a real server process over a real index."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.client import ApiError, AsyncClient, Client
from tests.qa.client.conftest import TEXT
from tests.qa.web.documents.served import KEY, Served

pytestmark = pytest.mark.slow
QUESTION = "Where do cats sleep?"
# Whatever a file may be called: an id is part of a path, and a file name in multipart/form-data.
NAMES = ["notes/a b.txt", "100% #1?.txt", "猫//«é».txt", 'a"b+c&d;e=f.txt', "%2e%2e.txt"]


@pytest.fixture
def client(server: Served) -> Iterator[Client]:
    """A client with the key."""
    with Client(f"http://127.0.0.1:{server.port}", KEY) as client:
        yield client


def test_it_asks(client: Client) -> None:
    """One question, with options and a conversation, and a batch."""
    answer = client.ask(QUESTION, top_k=1, mode="fast", explain=True, timeout_ms=60_000)
    (passage,) = answer.passages
    assert (answer.question, passage.text, passage.document.id) == (QUESTION, TEXT, "cats.txt")
    assert passage.explanation is not None
    first, second = client.ask_many([{"question": "And where?", "history": [{"question": QUESTION}]}, QUESTION])
    assert (first.question, second.question) == ("And where?", QUESTION)
    assert second.passages[0].text == TEXT


def test_it_reads_what_is_indexed(client: Client) -> None:
    """Documents, a part of one, the index, and how the server is."""
    assert "cats.txt" in [one.id for one in client.list_documents(limit=200).documents]
    listed = client.list_documents(filter={"format": ["txt"], "document": "cats*"}, facets=["format", "folder"])
    assert ([one.id for one in listed.documents], listed.total) == (["cats.txt"], 1)
    assert [(one.value, one.count) for one in listed.facets["format"]] == [("txt", 1)]
    assert client.list_documents(filter={"date": {"from": "2020"}}).total == 0
    assert client.ask(QUESTION, filter={"format": "epub"}).reason == "filtered_out"
    document = client.get_document("cats.txt")
    assert (document.text, document.info.characters) == (TEXT, len(TEXT))
    assert client.get_document("cats.txt", 5, 10).text == "sleep"
    assert client.get_index().generation == client.get_updates().generation
    assert client.check_alive().status == "alive"
    assert client.check_ready().legs["dense"]
    assert client.get_metrics().startswith("# HELP")
    assert client.get_openapi()["openapi"].startswith("3.1")


def test_it_verifies_and_gives_feedback(client: Client) -> None:
    """A quotation at its place and one that is gone; a verdict, exported with its question."""
    assert client.verify("cats.txt", 0, 4, "Cats").status == "valid"
    assert client.verify("cats.txt", 0, 4, "Dogs").status == "gone"
    passage = client.ask(QUESTION).passages[0].id
    assert client.give_feedback(QUESTION, passage, "right", id="visitor-1").id == "visitor-1"
    assert [one["question"] for one in client.export_feedback()] == [QUESTION]


@pytest.mark.parametrize("name", NAMES)
def test_it_writes_a_document_of_any_name(client: Client, name: str) -> None:
    """It is stored, read and removed under the name that it was given."""
    job = client.wait_for_job(client.put_document(name, "Dogs dig holes.", "Dogs", {"year": 2017}))
    assert job.state == "published"
    document = client.get_document(name)
    assert (document.info.id, document.text, document.info.metadata) == (name, "Dogs dig holes.", {"year": 2017})
    assert client.wait_for_job(client.delete_document(name, if_match=document.info.sha256)).state == "published"
    with pytest.raises(ApiError) as raised:
        client.get_document(name)
    assert raised.value.code == "document_not_found"


def test_it_uploads_files(client: Client, tmp_path: Path) -> None:
    """One, and many at once, from bytes and from the disk, by names of any kind; and lines."""
    path = tmp_path / "file.md"
    path.write_text("# Birds\n\nBirds sing.", encoding="utf-8")
    client.upload_document("birds.md", path)
    client.upload_document("fish", b"Fish swim.", "text/plain")
    client.upload_documents({name: f"Text of {place}.".encode() for place, name in enumerate(NAMES)})
    job = client.wait_for_job(
        client.write_documents([{"id": "bees", "text": "Bees 🐝 buzz."}, {"id": "fish", "delete": True}])
    )
    assert (job.state, job.documents) == ("published", 2)
    ids = {one.id for one in client.list_documents(limit=200).documents}
    assert ids == {"cats.txt", "owls.pdf", "birds.md", "bees", *NAMES}
    assert client.get_job(job.id) == client.list_jobs(1)[0] == job


def test_conditions_are_sent(client: Client) -> None:
    """A document that is there is not written if there must be none, nor one that differs from what was read."""
    for condition in ({"if_none_match": "*"}, {"if_match": "0" * 64}):
        with pytest.raises(ApiError, match="precondition_failed"):
            client.put_document("cats.txt", "Another text.", **condition)  # type: ignore[arg-type]


def test_a_problem_has_the_id_of_the_request(client: Client, server: Served) -> None:
    """That of the response; a key that is not valid and a job that is not held have their codes."""
    with pytest.raises(ApiError) as raised:
        client.publish_job("999")
    assert (raised.value.status, raised.value.code) == (404, "job_not_found")
    assert raised.value.request_id
    with Client(f"http://127.0.0.1:{server.port}", "wrong") as other, pytest.raises(ApiError, match="forbidden"):
        other.list_jobs()


def test_the_async_client_does_the_same(server: Served) -> None:
    """Questions at the same time, and a document that is written, awaited and removed."""

    async def use() -> None:
        async with AsyncClient(f"http://127.0.0.1:{server.port}", KEY) as client:
            answers = await asyncio.gather(*(client.ask(f"{QUESTION} {number}") for number in range(8)))
            assert {answer.passages[0].document.id for answer in answers} == {"cats.txt"}
            job = await client.wait_for_job(await client.put_document("owls", "Owls hunt at night."))
            assert job.state == "published"
            assert (await client.get_document("owls")).text == "Owls hunt at night."
            await client.wait_for_job(await client.delete_document("owls"))

    asyncio.run(use())

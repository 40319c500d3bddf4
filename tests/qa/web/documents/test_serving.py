"""Documents change while a server answers: over HTTP, in the folder, and by commands."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from qa.web.access.keys import KeyStore
from tests.qa.web.documents.served import Served, served, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two files."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "cats.txt").write_text("Cats sleep on warm mats all day.", encoding="utf-8")
    (folder / "dogs.md").write_text("# Dogs\n\nDogs dig deep holes in the garden.", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def index(source: Path, tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """An index of the folder, by the real model."""
    root = tmp_path_factory.mktemp("built") / "index"
    build_index(source, IndexSettings(index=str(root)), encoder)
    return root


@pytest.fixture(scope="module")
def server(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that everybody with the key may write to."""
    with served(tmp_path_factory.mktemp("served"), index) as server:
        yield server


def find_text(server: Served, question: str) -> str:
    """Return the first passage of an answer."""
    passages = server.send("POST", "/v1/ask", json.dumps({"question": question, "mode": "fast"}).encode())["passages"]
    return str(passages[0]["text"]) if passages else ""


def test_what_is_written_is_found_and_what_is_removed_is_not(server: Served) -> None:
    """Without a restart; the job names the generation that answers have."""
    job = server.put("birds", "Birds sing in the morning.")
    done = server.finish(job)
    assert (done["state"], done["changes"]["added"]) == ("published", 1)
    wait_until(lambda: "sing" in find_text(server, "When do birds sing?"))
    answer = server.send("GET", "/v1/ask?q=When+do+birds+sing&mode=fast")
    assert answer["retrieval"]["generation"] >= done["generation"]
    server.finish(server.delete("birds"))
    server.wait_for("cats.txt", absent="birds")
    assert "sing" not in find_text(server, "When do birds sing?")


def test_files_are_parsed_and_a_broken_one_is_reported(server: Served) -> None:
    """The others of the same request are served."""
    boundary = "limit"
    parts = [("notes/fish.md", "# Fish\n\nFish swim in the sea."), ("broken.pdf", "no pdf at all")]
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n{text}\r\n'
        for name, text in parts
    )
    body += f"--{boundary}--\r\n"
    job = server.send("POST", "/v1/documents", body.encode(), f"multipart/form-data; boundary={boundary}")
    done = server.finish(job)
    assert (done["state"], [one["where"] for one in done["problems"]]) == ("published", ["broken.pdf"])
    server.wait_for("notes/fish.md")
    assert server.send("GET", "/v1/documents/notes/fish.md")["info"]["title"] == "Fish"


def test_a_document_may_be_larger_than_a_question(server: Served) -> None:
    """Up to the setting, which the connection knows, too."""
    server.finish(server.put("large", "Large things need room.", metadata={"note": "x" * 3_000_000}))
    server.wait_for("large")
    with pytest.raises(AssertionError, match="body_too_large"):
        server.send("POST", "/v1/ask", json.dumps({"question": "x" * 3_000_000}).encode())


def test_a_killed_builder_loses_nothing(server: Served) -> None:
    """Another one is started, and builds what waits; the server answers meanwhile."""
    server.finish(server.put("first", "A first text."))
    jobs = []
    for number in range(3):
        jobs.append(server.put(f"killed/{number}", f"The text with the number {number}."))
        wait_until(server.find_builder)
        os.kill(server.find_builder() or 0, signal.SIGKILL)
    assert [server.finish(job)["state"] for job in jobs] == ["published"] * 3
    server.wait_for(*(f"killed/{number}" for number in range(3)))


def test_a_rollback_is_followed_and_holds_what_is_written_later(server: Served) -> None:
    """Until somebody says yes; then both are served."""
    server.finish(server.put("before", "Written before the rollback."))
    server.wait_for("before")
    assert server.command("rollback").startswith("serving 0")
    server.wait_for("cats.txt", absent="before")
    held = server.finish(server.put("after", "Written after the rollback."), "held")
    assert "after" not in server.list_ids()
    assert f"waiting     {held['generation']}" in server.command("status")
    assert server.send("POST", f"/v1/jobs/{held['id']}/publish")["state"] == "published"
    server.wait_for("before", "after")


def test_a_build_of_the_folder_keeps_what_was_written(server: Served, source: Path) -> None:
    """By another process, while the server runs."""
    server.finish(server.put("kept", "Written over HTTP."))
    assert "built 0" in server.command("build", str(source), "--stemmer", "none")
    server.wait_for("kept", "cats.txt", "dogs.md")
    server.finish(server.put("kept/2", "Written afterwards."))
    server.wait_for("kept", "kept/2", "cats.txt")


def test_a_file_takes_the_place_of_what_was_written(server: Served) -> None:
    """The server reads the folder by itself, also for a document that was removed."""
    server.finish(server.put("cats.txt", "Cats sleep on the roof."))
    server.finish(server.delete("dogs.md"))
    server.wait_for("cats.txt", absent="dogs.md")
    done = server.command("use-file", "cats.txt", "dogs.md")
    assert done.startswith("cats.txt: the next build takes the file\ndogs.md: the next build takes the file\njob ")
    server.wait_for("cats.txt", "dogs.md")
    wait_until(lambda: "mats" in find_text(server, "Where do cats sleep?"))
    assert server.send("GET", "/v1/jobs?limit=1")["jobs"][0]["state"] == "published"


def test_a_held_generation_waits_and_tells_what_it_changes(index: Path, tmp_path: Path) -> None:
    """Documents, and answers to recorded questions; the log says so, too."""
    questions = tmp_path / "questions.jsonl"
    rows = [{"question": "Where do cats sleep?"}, {"question": "What do dogs dig?", "history": []}]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with served(tmp_path, index, "--hold", "--questions", str(questions)) as server:
        job = server.put("cats.txt", "Cats sleep on the roof of the barn.")
        server.finish(job, "held")
        wait_until(lambda: server.job(job)["changes"]["questions"])
        changes = server.job(job)["changes"]
        assert (changes["added"], changes["changed"], changes["removed"]) == (0, 1, 0)
        assert changes["questions"] == {"asked": 2, "passages": 1, "words": 1}
        assert "mats" in find_text(server, "Where do cats sleep?")
        assert server.command("publish").startswith(f"serving {server.job(job)['generation']} instead of 0")
        wait_until(lambda: "roof" in find_text(server, "Where do cats sleep?"))
        assert server.job(job)["state"] == "published"
        log = server.log.read_text(encoding="utf-8")
    held = f"is held until: python -m index publish --index {server.index}; documents: 0 added, 1 changed, 0 removed"
    assert f"{held}; units embedded: " in log
    assert "of 2 recorded questions 1 have another first passage, 1 other words" in log


def test_the_folder_is_followed(tmp_path: Path, encoder: Encoder) -> None:
    """Files that are added, changed, renamed and removed, with what is written over HTTP; also if it is replaced."""
    source, index = tmp_path / "texts", tmp_path / "first"
    (source / "inner").mkdir(parents=True)
    (source / "cats.txt").write_text("Cats sleep.", encoding="utf-8")
    (source / "dogs.txt").write_text("Dogs dig.", encoding="utf-8")
    build_index(source, IndexSettings(index=str(index)), encoder)
    (source / "late.txt").write_text("Written before the server starts.", encoding="utf-8")
    with served(tmp_path, index, "--watch") as server:
        server.wait_for("late.txt")
        server.finish(server.put("http", "Written over HTTP."))
        (source / "inner" / "birds.txt").write_text("Birds sing.", encoding="utf-8")
        server.wait_for("inner/birds.txt", "http")
        (source / "dogs.txt").rename(source / "inner" / "hounds.txt")
        server.wait_for("inner/hounds.txt", "http", absent="dogs.txt")
        (source / "cats.txt").unlink()
        server.wait_for("inner/hounds.txt", "http", absent="cats.txt")
        source.rename(tmp_path / "old")
        source.mkdir()
        (source / "new.txt").write_text("A new folder.", encoding="utf-8")
        server.wait_for("new.txt", "http", absent="late.txt")


def test_a_key_that_is_added_later_may_write(index: Path, tmp_path: Path) -> None:
    """Without one there is no process that builds; the first write starts it."""
    with served(tmp_path, index, key="") as server:
        assert server.find_builder() is None
        store = KeyStore(tmp_path / "keys.sqlite")
        key = store.add_key("writer", ["write"])
        server.key = key
        server.finish(server.put("birds", "Birds sing."))
        server.wait_for("birds")

"""A real server over several real indexes: it follows each, builds what is written to each, and outlives a broken one."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from index.types import Encoder
from qa.client import Client
from qa.collection.folder_names import parse_folders
from qa.web.collection_folders import CollectionFolders
from tests.qa.client.test_javascript import PRELUDE
from tests.qa.web.documents.served import KEY, PATIENCE_S, Served, served, wait_until
from tests.test_house import ROOT

pytestmark = pytest.mark.slow

TEXTS = {
    "films": {"blame.txt": "The film Blame was directed by Hiroyuki Seshita. It was released in 2017."},
    "staff": {
        "leave.md": "# Leave\n\nEvery employee has 27 days of paid leave a year.",
        "collection.toml": 'title = "Staff handbook"\ndescription = "Rules for employees."\n',
    },
}
FILM, LEAVE = "Who directed the film Blame?", "How many days of paid leave does an employee have?"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """A folder with the texts of both collections and an index of each, by the real model."""
    folder = tmp_path_factory.mktemp("collections")
    build_collections(folder, encoder)
    return folder


def build_collections(folder: Path, encoder: Encoder) -> None:
    """Write the texts of both collections into a folder, and an index of each."""
    for name, files in TEXTS.items():
        (folder / name).mkdir()
        for file, text in files.items():
            (folder / name / file).write_text(text, encoding="utf-8")
        build_index(folder / name, IndexSettings(index=str(folder / f"index-{name}")), encoder)


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    shutil.copytree(built, tmp_path / "copy")
    return tmp_path / "copy"


def command(folder: Path, *flags: str) -> list[str]:
    """Return the command that serves both collections, the staff's as the default."""
    kept = ["--feedback", str(folder / "feedback.sqlite"), "--keys", str(folder / "keys.sqlite")]
    named = [f"staff={folder}/index-staff", f"films={folder}/index-films"]
    return [sys.executable, "serve.py", *named, "--port", "0", "--reader", "none", "--workers", "1", *kept, *flags]


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[Served]:
    """Yield a server over both collections."""
    log = folder / "log.txt"
    environment = os.environ | {"NETSPHERE_ADMIN_KEY": KEY}
    with (
        log.open("a", encoding="utf-8") as errors,
        subprocess.Popen(
            command(folder, *flags), cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout
        found = re.search(r":(\d+)\n", process.stdout.readline())
        assert found, log.read_text(encoding="utf-8")
        try:
            yield Served(process, int(found[1]), folder / "index-staff", log)
        finally:
            process.terminate()
            assert process.wait(30) == 0


def ask(server: Served, question: str, **more: object) -> Any:  # noqa: ANN401  (any JSON)
    """Return an answer."""
    return server.send("POST", "/v1/ask", json.dumps({"question": question, "mode": "fast", **more}).encode())


def list_generations(server: Served) -> dict[str, str]:
    """Return what is served of each collection."""
    return {one["name"]: one["generation"] for one in server.send("GET", "/v1/collections")["collections"]}


def rebuild(folder: Path, name: str, text: str, encoder: Encoder) -> str:
    """Add a document to a collection, build it, and return the name of the new generation."""
    (folder / name / "new.txt").write_text(text, encoding="utf-8")
    settings = IndexSettings(index=str(folder / f"index-{name}"))
    return build_index(folder / name, settings, encoder).manifest.generation


def test_each_collection_is_written_built_and_followed(folder: Path, encoder: Encoder) -> None:
    """A write changes the collection that it names; a build of another one is served, too; all over workers that change."""
    with serving(folder, "--workers", "2") as server:
        first = list_generations(server)
        assert ask(server, FILM)["collection"] == "films"
        assert ask(server, LEAVE)["collection"] == "staff"
        body = json.dumps({"text": "The film Akira was directed by Katsuhiro Otomo."}).encode()
        job = server.send("PUT", "/v1/documents/akira.txt?collection=films", body)
        path = f"/v1/jobs/{job['id']}?collection=films"
        wait_until(lambda: server.send("GET", path)["state"] in {"published", "failed"})
        assert server.send("GET", path)["state"] == "published"
        wait_until(lambda: list_generations(server)["films"] != first["films"])
        assert "Otomo" in ask(server, "Who directed Akira?")["passages"][0]["text"]
        assert list_generations(server)["staff"] == first["staff"]

        published = rebuild(folder, "staff", "The canteen opens at noon.", encoder)
        wait_until(lambda: list_generations(server)["staff"] == published)
        canteen = ask(server, "When does the canteen open?", collection="staff")
        assert canteen["passages"][0]["document"]["id"] == "new.txt"
        assert "Otomo" in ask(server, "Who directed Akira?")["passages"][0]["text"]
        staff = server.send("GET", "/v1/collections")["collections"][0]
        assert (staff["title"], staff["description"]) == ("Staff handbook", "Rules for employees.")


def test_a_broken_generation_of_one_keeps_the_old_one_and_the_others_go_on(folder: Path, encoder: Encoder) -> None:
    """What cannot be opened is named in the log; a new generation of another collection is served all the same."""
    with serving(folder) as server:
        first = list_generations(server)
        broken = rebuild(folder, "staff", "The canteen opens at noon.", encoder)
        (folder / "index-staff" / broken / "manifest.json").write_text("{}")
        published = rebuild(folder, "films", "The film Akira was directed by Katsuhiro Otomo.", encoder)
        wait_until(lambda: list_generations(server)["films"] == published)
        assert list_generations(server)["staff"] == first["staff"]
        assert "27 days" in ask(server, LEAVE)["passages"][0]["text"]
        assert "Otomo" in ask(server, "Who directed Akira?")["passages"][0]["text"]
        assert f"{broken}/manifest.json is missing or damaged" in server.log.read_text(encoding="utf-8")


def test_a_collection_that_is_lost_while_it_is_served_is_served_on(folder: Path) -> None:
    """An index without a pointer is an error in the log, once, and not the end of anything."""
    with serving(folder) as server:
        (folder / "index-staff" / "CURRENT").unlink()
        wait_until(lambda: "the collection staff: " in server.log.read_text(encoding="utf-8"))
        assert "27 days" in ask(server, LEAVE)["passages"][0]["text"]
        assert ask(server, FILM)["collection"] == "films"
        wait_until(lambda: server.send("GET", "/healthz"))
        assert server.log.read_text(encoding="utf-8").count("the collection staff: ") == 1


@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_a_collection_that_cannot_be_opened_at_the_start_is_named(folder: Path, harm: str) -> None:
    """The server does not start without it, and says which one it is and what to do."""
    index = folder / "index-films"
    if harm == "missing":
        shutil.rmtree(index)
    else:
        current = IndexDirectory(index).find_current()
        (index / str(current) / "units.npy").write_bytes(b"no array")
    done = subprocess.run(
        command(folder), cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False, env=os.environ
    )
    assert done.returncode == 1
    expected = "there is no index in" if harm == "missing" else "units.npy is damaged"
    assert re.search(rf"error: the collection films cannot be served: .*{expected}", done.stderr), done.stderr
    assert "index build" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["var/a"], "invalid collection 'var/a': write NAME=FOLDER, such as handbook=var/handbook"),
        (["=var/a"], "invalid collection '=var/a'"),
        (["a="], "invalid collection 'a='"),
        (["a b=var/a"], "invalid collection 'a b=var/a'"),
        (["../a=var/a"], "invalid collection '../a=var/a'"),
        (["a=var/a", "A=var/b"], "two collections are named 'A'"),
        (["a=var/a", "b=var/../var/a"], "the collections 'a' and 'b' have the same folder"),
        (["a=var/a", "--index", "var/b"], "invalid value 'var/b' for --index"),
    ],
)
def test_wrong_names_and_folders_are_wrong_use(arguments: list[str], message: str) -> None:
    """With the value and the remedy, before anything is opened."""
    done = subprocess.run(
        [sys.executable, "serve.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_all_collections_share_one_encoder_and_one_reader(built: Path) -> None:
    """Memory for models does not grow with the number of collections."""
    roots = parse_folders([f"{name}={built}/index-{name}" for name in TEXTS])
    folders = CollectionFolders.of(roots, built, None, "shipped", str(built))
    first, second = folders.open_version(folders.find_version())
    assert first.engine._encoder is second.engine._encoder
    assert first.engine._reader is second.engine._reader


def test_a_server_of_one_folder_is_as_it_was(folder: Path) -> None:
    """``--index`` still serves one collection, without a word of others in its answers."""
    with served(folder, folder / "index-films") as server:
        answer = ask(server, FILM)
    assert "Hiroyuki Seshita" in answer["passages"][0]["text"]
    assert not {"collection", "collections"} & {*answer, *answer["passages"][0], *(answer["answer"] or {})}


JAVASCRIPT = """
const client = new Client(process.argv[1], {{ key: "{key}" }});
assert.deepEqual((await client.listCollections()).map((one) => [one.name, one.default]), [["staff", true], ["films", false]]);
const answer = await client.ask("{film}", {{ mode: "fast", collection: ["films", "staff"] }});
assert.equal(answer.collection, "films");
assert.match(await (await fetch(client.linkTo(answer.passages[0]))).text(), /<mark/);
const place = {{ collection: "films" }};
const job = await client.putDocument("ran.txt", {{ text: "The film Ran was directed by Akira Kurosawa." }}, place);
assert.equal((await client.waitForJob(job, 90_000, place)).state, "published");
assert.match((await client.getDocument("ran.txt", {{ ...place, start: 0, end: 12 }})).text, /^The film Ran/);
await assert.rejects(client.getDocument("ran.txt"), {{ code: "document_not_found" }});
assert.equal((await client.listJobs(1, place))[0].id, job.id);
assert.deepEqual(await client.listJobs(1), []);
assert.equal((await client.getIndex(place)).documents, 3);
await client.waitForJob(await client.deleteDocument("ran.txt", place), 90_000, place);
assert.equal(await (await client.getOriginal("blame.txt", place)).text(), (await client.getDocument("blame.txt", place)).text);
"""


def test_the_clients_name_collections(folder: Path) -> None:
    """In Python and in JavaScript, for asking, reading, writing and waiting."""
    with serving(folder) as server:
        address = f"http://127.0.0.1:{server.port}"
        with Client(address, key=KEY) as client:
            assert [one.title for one in client.list_collections()] == ["Staff handbook", "films"]
            answer = client.ask(FILM, mode="fast", collection="*")
            assert (answer.collection, answer.passages[0].collection) == ("films", "films")
            assert {one.name for one in answer.collections} == {"films", "staff"}
            assert "collection=films" in client.link_to(answer.passages[0])
            job = client.put_document("ran", "The film Ren was directed by nobody.", collection="films")
            assert client.wait_for_job(job, collection="films").state == "published"
            assert client.get_document("ran", collection="films").text.startswith("The film Ren")
            assert client.list_documents(collection="films").total == 2
            assert client.list_documents().total == 1
            assert client.check_ready().collections.keys() == {"films", "staff"}
            first = answer.passages[0]
            found = client.verify("blame.txt", first.start, first.end, first.text, collection="films")
            assert found.status == "valid"
            client.give_feedback(FILM, first.id, "right", collection="films")
            assert len(client.export_feedback(collection="films")) == 1
            assert client.export_feedback() == ()
            with pytest.raises(TypeError, match="unknown argument 'colection'"):
                client.get_index(colection="films")  # type: ignore[call-arg]
        script = PRELUDE + JAVASCRIPT.format(key=KEY, film=FILM)
        run = ["node", "--input-type=module", "-e", script, address]
        done = subprocess.run(run, capture_output=True, text=True, timeout=2 * PATIENCE_S, check=False)
        assert done.returncode == 0, done.stderr

"""Damage to every file of a generation, before it is opened and while it is served: an error, never a wrong answer."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from benchmarks.speed.synthetic import Material, Synthetic
from index.build.inventory import Inventory
from index.build.pipeline import build_index
from index.build.publish import BuildInputs, publish_generation
from index.build.sources import NO_SOURCES
from index.errors import DamagedGeneration
from index.generation.directory import IndexDirectory
from index.generation.manifest import MANIFEST_NAME
from index.search.late_interaction import learn_projection
from index.search.stores import find_store
from index.settings import IndexSettings
from qa.engine import Engine
from qa.reader import NONE
from qa.web import create_app
from qa.web.app import service_of
from tests.doubles import DIMENSION, WordEncoder
from tests.soak.harm import choose_harm, harmed

WORDS = "cat dog mat hole bird dawn river stone cloud lamp paper glass engine garden window letter music winter".split()
QUESTIONS = ("Where is the cat?", "What is behind the garden window?", "Who wrote the letter about music?")
# What differs from one answer to the next.
VOLATILE = {"took_ms"}
log = logging.getLogger(__name__)


@dataclass
class Tally:
    """How tries ended, and what must not have happened."""

    ended: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def write_texts(folder: Path, count: int) -> Path:
    """Texts in which every sentence is another one."""
    chance = Random(0)
    folder.mkdir()
    for number in range(count):
        lines = [f"The {' '.join(chance.choices(WORDS, k=8))} is number {number * 100 + line}." for line in range(12)]
        text = f"# Part {number}\n\n" + "\n\n".join(" ".join(lines[first : first + 3]) for first in range(0, 12, 3))
        (folder / f"{number:03d}.md").write_text(text, encoding="utf-8")
    return folder


def list_paths(index: Path, chance: Random | None = None) -> list[str]:
    """Return requests that read every kind of file."""
    documents = IndexDirectory(index).open_current().contents.documents
    places = chance.sample(range(len(documents)), 3) if chance else (0, 1, 2)
    asked = [f"/v1/ask?q={question.replace(' ', '+')}&mode=fast&top_k=10" for question in QUESTIONS]
    return [*asked, *(f"/v1/documents/{documents.ids[place]}" for place in places), "/v1/documents?limit=20"]


def open_client(index: Path) -> FlaskClient:
    """Raise DamagedGeneration."""
    return create_app(Engine(IndexDirectory(index).open_current(), WordEncoder(), NONE)).test_client()


def ask(client: FlaskClient, paths: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    """Return status and body of each response."""
    responses = [client.get(path) for path in paths]
    return [
        (one.status_code, {k: v for k, v in one.json.items() if k not in VOLATILE}) for one in responses if one.json
    ]


def judge(found: Sequence[tuple[int, dict[str, Any]]], expected: Sequence[tuple[int, dict[str, Any]]]) -> str:
    """Return "answered" if all responses are as expected, "refused" if some say that the index is damaged."""
    refused = [body.get("code") == "index_damaged" and status == 503 for status, body in found]
    wrong = [one for one, other, no in zip(found, expected, refused, strict=True) if one != other and not no]
    return f"WRONG: {wrong[0]}" if wrong else "refused" if any(refused) else "answered"


def try_before_opening(index: Path, paths: Sequence[str], expected: Any) -> str:  # noqa: ANN401  (as ask)
    try:
        client = open_client(index)
    except DamagedGeneration:
        return "not opened"
    try:
        return judge(ask(client, paths), expected)
    finally:
        service_of(client.application).close()


def try_while_serving(client: FlaskClient, paths: Sequence[str], expected: Any) -> str:  # noqa: ANN401  (as ask)
    ended = judge(ask(client, paths), expected)
    return ended if client.get("/readyz").status_code == 503 else f"READY after {ended}"


def harm_files(index: Path, rounds: int, seed: int, paths: Sequence[str]) -> Tally:
    """Harm a random file, half of the times before the generation is opened and half while it is served."""
    chance, tally = Random(seed), Tally()
    (folder,) = (path.parent for path in index.glob("*/manifest.json"))
    intact = open_client(index)
    expected = ask(intact, paths)
    service_of(intact.application).close()
    assert {status for status, _ in expected} == {200}
    for number in range(rounds):
        harm, is_served = choose_harm(folder, chance), number % 2 == 1
        client = open_client(index) if is_served else None
        if client and number % 4 == 1:
            ask(client, paths[::2])  # so that some blocks were verified before they are harmed
        with harmed(harm):
            try:
                if client:
                    ended = try_while_serving(client, paths, expected)
                else:
                    ended = try_before_opening(index, paths, expected)
            except Exception as error:  # noqa: BLE001  (every one is a fault)
                ended = f"RAISED {error!r}"
        if client:
            service_of(client.application).close()
        tally.ended[f"{'serving' if is_served else 'opening'}, {harm.kind}: {ended.split(':')[0]}"] += 1
        # A manifest whose blanks differ is as good as before.
        is_harmless = (harm.path.name, harm.kind, ended) == (MANIFEST_NAME, "flip", "READY after answered")
        if ended not in {"answered", "refused", "not opened"} and not is_harmless:
            tally.faults.append(f"{harm.kind} {harm.path.name}: {ended}"[:500])
    return tally


@pytest.mark.parametrize("read", ["loaded", "read"])
def test_a_damaged_small_generation_never_answers_wrongly(
    tmp_path: Path, soak: bool, read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its files are hashed and loaded, or verified in blocks as those of a large one."""
    if read == "read":
        monkeypatch.setattr("index.generation.generation.MIN_CHECKSUM_BYTES", 0)
        monkeypatch.setattr("index.disk.checksums.BLOCK_BYTES", 512)
        monkeypatch.setattr("index.disk.checked_file.BLOCK_BYTES", 512)
        monkeypatch.setattr("index.disk.arrays.MAX_LOADED_BYTES", 0)
    index = tmp_path / "index"
    build_index(write_texts(tmp_path / "texts", 12), IndexSettings(index=str(index)), WordEncoder())
    tally = harm_files(index, 1000 if soak else 24, 1, list_paths(index))
    log.info("%s: %s", read, sorted(tally.ended.items()))
    assert tally.faults == []


def build_large(index: Path, passages: int) -> None:
    """Publish a generation of made-up sentences, without embedding any."""
    chance, encoder = np.random.default_rng(0), WordEncoder()
    texts = [f"The {' '.join(chance.choice(WORDS, 8))} is number {number}." for number in range(20_000)]
    vectors = chance.standard_normal((len(texts), DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    collection = Synthetic(Material(texts, vectors), passages)
    store = find_store("faiss").build(collection.draw_vectors())
    contents = collection.build_contents(store, learn_projection(encoder))
    directory, settings = IndexDirectory(index), IndexSettings(index=str(index))
    index.mkdir()
    inputs = BuildInputs("", contents.documents.fingerprint, Inventory(), settings, encoder, NO_SOURCES)
    publish_generation(directory, contents, inputs)


def test_a_damaged_large_generation_never_answers_wrongly(
    tmp_path: Path, soak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many lists of vectors and files that are read in blocks; a gigabyte in the long form."""
    if not soak:
        # What is read on access has checksums of its blocks, as in a generation whose files are large.
        monkeypatch.setattr("index.generation.generation.MIN_CHECKSUM_BYTES", 0)
        monkeypatch.setattr("index.disk.arrays.MAX_LOADED_BYTES", 0)
    index = tmp_path / "index"
    build_large(index, 250_000 if soak else 2_500)
    paths = list_paths(index, Random(2))
    tally = harm_files(index, 200 if soak else 12, 3, paths)
    size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    log.info("%.0f MB: %s", size / 1e6, sorted(tally.ended.items()))
    assert tally.faults == []

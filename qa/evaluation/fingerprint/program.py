"""The fingerprint of the program: its data, and what it answers about a small fixed collection.

What the code does matters, not how it is named or in which file it is. So measured documents
stay valid when code is moved, and become stale when an answer changes.
"""

import json
import re
from collections.abc import Container, Iterable
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import qa.answer.calibration as calibration
import qa.reader.language as language
import qa.reader.large as large
import qa.reader.reader as reader
from index.build.pipeline import build_index
from index.embedding.convert import METHOD
from index.embedding.model_files import DEFAULT_MODEL, PUBLISHED_SHA256
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from index.types import Passage
from qa.answer.serialize import answer_json
from qa.engine import Engine
from qa.evaluation.fingerprint.models import RuleEncoder, RuleReader
from qa.reader import LARGE, SHIPPED
from qa.types import Answer, Request, Turn

COLLECTION = Path(__file__).with_name("collection")
QUESTIONS = Path(__file__).with_name("questions.jsonl")
# Numbers count in steps of this size, because the last digits of a sum differ between processors. An odd size,
# so that round numbers such as 0, 0.5 and 1 are far from the edge of a step.
STEP = 0.04547

# The part of the shipped data that turns features into probabilities.
CALIBRATION_ROLE = "calibration"
# What it decides of an answer, of what is shown of it, and of its passages.
PROBABILITIES, CHOSEN_BY_PROBABILITY = {"confidence", "score"}, {"status", "reason", "answer"}
# The files of the shipped data that are weights, and not what was fitted or describes them.
WEIGHTS = {".bin", ".npz", ".ftz"}

# The line by which a measured document names the program that it was measured with.
STAMP = re.compile(r"<!-- measured with the program (\S*) -->")


@cache
def compute_fingerprint(reader_name: str = SHIPPED) -> str:
    """Return a digest, 16 hex digits, of all that decides an answer except the collection. Takes about a second.

    It is that of the program with the shipped reader or with the large one, each of which has its own documents.
    """
    return digest_of([hash_shipped_data(reader_name), to_steps(_observe_once())])


@cache
def compute_outcome_fingerprint(reader_name: str = SHIPPED) -> str:
    """Return a digest as ``compute_fingerprint`` does, of what is answered, without how sure it is.

    It is that of what measures of ranking, words and abstention see: another fit of the confidence counts if it changes
    a status or what is shown.
    """
    return _digest_without(reader_name, PROBABILITIES)


@cache
def compute_search_fingerprint(reader_name: str = SHIPPED) -> str:
    """Return a digest as ``compute_fingerprint`` does, of all that the calibration has no part in.

    That is what is read, ranked and marked, and in which order. How well the reader or the understanding of follow-ups
    works by itself is the same after another fit of the confidence.
    """
    return _digest_without(reader_name, {*PROBABILITIES, *CHOSEN_BY_PROBABILITY})


@cache
def compute_work_fingerprint() -> str:
    """Return a digest as ``compute_fingerprint`` does, of how much work a question is, with either reader.

    That is the size of what the program is shipped with, and how many candidates and passages each question has. Other
    weights of the same networks, and texts that are loaded otherwise, take as long.
    """
    folders = (reader.SHIPPED, large.WEIGHTS, language.MODEL.parent)
    weights = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in WEIGHTS]
    sizes = [path.stat().st_size for path in weights]
    searched = [[answer["retrieval"], len(answer["passages"])] for answer in _observe_once()[1]]
    return digest_of([DEFAULT_MODEL, METHOD, sizes, searched])


def digest_of(value: object) -> str:
    """Return the digest of anything that JSON can hold."""
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def stamp_line(program: str = "") -> str:
    """Return the line that names a program, by default this one."""
    return f"<!-- measured with the program {program or compute_fingerprint()} -->"


def stamp_lines(programs: Iterable[str]) -> list[str]:
    """Return a line for each distinct program."""
    return [stamp_line(program) for program in dict.fromkeys(programs)]


def is_stale(document: Path, program: str = "") -> bool:
    """Return whether a document, or a part of it, was measured with another program, or names none."""
    return set(STAMP.findall(document.read_text(encoding="utf-8"))) != {program or compute_fingerprint()}


def hash_shipped_data(reader_name: str = SHIPPED) -> dict[str, str]:
    """Return the hash of each file and form that the program is shipped with and uses with this reader, by its role."""
    is_large = reader_name == LARGE
    fitted = calibration.CALIBRATION_LARGE if is_large else calibration.CALIBRATION
    hashes = {"model": PUBLISHED_SHA256[DEFAULT_MODEL], "quantization": METHOD}
    hashes[CALIBRATION_ROLE] = digest_of(json.loads(fitted.read_text(encoding="utf-8")))
    hashes["languages"] = digest_of(hash_folder(language.MODEL.parent))
    folder = hash_folder(large.WEIGHTS if is_large else reader.SHIPPED)
    return hashes | {f"reader/{name}": value for name, value in folder.items()}


def hash_folder(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder by its name in it."""
    hashes = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            hashes[path.relative_to(folder).as_posix()] = file_digest(file, "sha256").hexdigest()
    return hashes


def observe_behaviour() -> list[Any]:
    """Index the fixed collection and ask the fixed questions; return passages and answers as plain data."""
    encoder = RuleEncoder()
    with TemporaryDirectory() as folder:
        build_index(COLLECTION, IndexSettings(index=folder), encoder)
        generation = IndexDirectory(Path(folder)).open_current()
        engine = Engine(generation, encoder, RuleReader())
        # In the order of their ids: the order of the collection is seen in the answers, as far as it matters.
        passages = sorted(_describe_passage(passage) for passage in generation.contents.passages)
        return [passages, list(map(_describe_answer, engine.ask_many(_read_requests())))]


@cache
def _observe_once() -> list[Any]:
    return observe_behaviour()


def _digest_without(reader_name: str, names: Container[str]) -> str:
    """Return the digest of the data without the calibration, and of what is observed without what has these names."""
    data = {role: value for role, value in hash_shipped_data(reader_name).items() if role != CALIBRATION_ROLE}
    return digest_of([data, to_steps(_leave_out(_observe_once(), names))])


def _leave_out(value: Any, names: Container[str]) -> Any:  # noqa: ANN401 — plain data of any shape
    """Return plain data without what has one of these names at any depth."""
    if isinstance(value, dict):
        return {name: _leave_out(one, names) for name, one in value.items() if name not in names}
    return [_leave_out(one, names) for one in value] if isinstance(value, list | tuple) else value


def to_steps(value: Any) -> Any:  # noqa: ANN401 — plain data of any shape
    """Return plain data with each float as the number of its nearest step."""
    if isinstance(value, dict):
        return {key: to_steps(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_steps(one) for one in value]
    return round(value / STEP) if isinstance(value, float) else value


def _describe_passage(passage: Passage) -> list[Any]:
    sentences = [[span.start, span.end] for span in passage.sentences]
    return [passage.id, passage.heading, passage.kind.value, passage.page, sentences]


def _describe_answer(answer: Answer) -> dict[str, Any]:
    """Return the JSON of an answer with its numbers unrounded: what is rounded twice is near an edge more often."""
    described = answer_json(answer) | {"confidence": answer.confidence}
    for shown, passage in zip(described["passages"], answer.passages, strict=True):
        shown["score"] = passage.score
        # Only repeats the page, or what the document calls the part of it.
        del shown["location"]
        # Only repeats what the metadata and the copies are, which the texts decide.
        for place in (shown, *shown["copies"]):
            del place["document"]["date"]
        for place in shown["copies"]:
            del place["identical"]
    # The time it took, and the name of the generation, which holds the version of the program.
    del described["took_ms"], described["retrieval"]["generation"]
    return described


def _read_requests() -> list[Request]:
    """Return each question in both modes, with all raw numbers."""
    rows = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    return [
        Request(
            question=row["question"],
            history=tuple(Turn(**turn) for turn in row.get("history", ())),
            top_k=row.get("top_k", 5),
            mode=mode,
            documents=tuple(row.get("documents", ())),
            explain=True,
            literal=row.get("literal", False),
        )
        for row in rows
        for mode in ("fast", "precise")
    ]

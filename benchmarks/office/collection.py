"""The files of the collection, written into a folder, and the questions about them with their quotes found."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import regex

from benchmarks.office.sources import EXTENSION, read_source
from benchmarks.office.writers import WRITERS, pack
from index.build.load import load_documents
from index.types import Document, Span

FOLDER = Path(__file__).parent
SOURCES = FOLDER / "documents"
QUESTIONS = FOLDER / "questions.jsonl"
MAX_BYTES = 1_000_000


def write_files(folder: Path) -> None:
    """Write every file of the collection into the folder; a folder of sources becomes an archive."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(SOURCES.iterdir()):
        if path.is_dir():
            members = {_name_file(source): _write_file(source) for source in sorted(path.iterdir())}
            (folder / path.name).write_bytes(pack(members))
        else:
            (folder / _name_file(path)).write_bytes(_write_file(path))


@cache
def load_collection() -> Mapping[str, Document]:
    """Return the documents by id, as the parsers read them. Raises ValueError for a file that they cannot read."""
    with TemporaryDirectory() as folder:
        write_files(Path(folder))
        loaded = load_documents(Path(folder), MAX_BYTES)
    if loaded.problems:
        raise ValueError(f"{loaded.problems[0].where}: {loaded.problems[0].reason}")
    return {document.id: document for document in loaded.documents}


def read_questions() -> list[dict[str, Any]]:
    """Return the questions as they were written, with quotes that have no offsets."""
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def make_judgements() -> Iterator[dict[str, Any]]:
    """Yield span judgements as docs/evaluation.md describes them. Raises ValueError for a quote that is not found."""
    for question in read_questions():
        found = {name: [find_quote(one) for one in question.get(name, ())] for name in ("evidence", "near")}
        yield {**question, **{name: quotes for name, quotes in found.items() if quotes or name == "evidence"}}


def find_quote(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return document, start, end and quote of what a question describes.

    ``quote`` is described by its words, however the lines are broken; ``row`` by words that all are in one line. Raises
    ValueError unless exactly one place is it.
    """
    name = described["document"]
    text = load_collection()[name].text
    places = list(_find_places(text, described))
    if len(places) != 1:
        raise ValueError(f"{name} has {len(places)} places with {described.get('quote') or described['row']}, not one")
    span = places[0]
    return {"document": name, "start": span.start, "end": span.end, "quote": text[span.start : span.end]}


def describe_counts() -> str:
    """Return the numbers of documents and questions as the data card shows them."""
    questions = read_questions()
    absent = sum(not question["evidence"] for question in questions)
    lines = [f"{len(load_collection())} documents and {len(questions)} questions, {absent} of them unanswerable."]
    for name in ("kind", "form"):
        counts = Counter(question[name] for question in questions).most_common()
        lines += ["", f"| {name} | questions |", "|---|--:|", *(f"| `{value}` | {count} |" for value, count in counts)]
    return "\n".join(lines)


def _find_places(text: str, described: Mapping[str, Any]) -> Iterator[Span]:
    if "quote" in described:
        # A mail program breaks lines, and marks those of a quotation.
        words = r"[\s>]+".join(map(regex.escape, described["quote"].split()))
        yield from (Span(*found.span()) for found in regex.finditer(words, text))
        return
    for line in regex.finditer(r"[^\n]+", text):
        if all(words in line[0] for words in described["row"]):
            yield Span(*line.span())


def _name_file(source: Path) -> str:
    return source.name.removesuffix(EXTENSION)


def _write_file(source: Path) -> bytes:
    return WRITERS[Path(_name_file(source)).suffix](read_source(source))

"""What must hold of any bytes: the targets that tests/soak/test_fuzz.py calls with inputs of hypothesis or atheris.

As a program, it runs atheris on one target: python -m tests.soak.fuzz TARGET [options of libFuzzer] CORPUS
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from time import process_time

if __name__ == "__main__":
    import atheris

    # Before they are imported: branches of this program guide the choice of inputs, those of libraries do not.
    atheris.instrument_imports(include=["index", "qa"]).__enter__()

from index.build.load_file import SourceFile, load_file
from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.documents import Documents
from index.generation.passages import Passages
from index.parsers import PARSERS
from index.settings import IndexSettings
from index.text.analyzer import Analyzer
from index.text.chunking import ChunkSizes, split_into_passages
from index.text.sentences import PunctuatedNames
from index.types import Document
from qa.engine import Engine
from qa.types import MAX_QUESTION_CHARS, Request
from tests.doubles import WordEncoder

SEEDS = Path(__file__).parents[2] / "seeds"
EXTENSIONS = sorted(PARSERS)
MAX_BYTES = 1_000_000
# Longer inputs find no more, and are slow.
MAX_REPEATED = 20_000
# Ten times what the slowest inputs take that are known.
SECONDS, SECONDS_PER_CHARACTER = 2.0, 500e-6
SIZES = ChunkSizes()
COUNT = WordEncoder().count_tokens


def fuzz_parser(data: bytes) -> None:
    """Load a file of any format, whose extension is chosen by the first byte, and chunk its documents."""
    extension = EXTENSIONS[data[0] % len(EXTENSIONS)] if data else ".txt"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"any{extension}"
        path.write_bytes(data[1:])
        with linear_time(len(data)):
            items = list(load_file(SourceFile(path, path.name), MAX_BYTES, has_sidecar=False))
    for item in items:
        if isinstance(item, Document):
            check_document(item)


def fuzz_chunker(data: bytes) -> None:
    """Chunk any text; the first byte says how often it is repeated."""
    text = repeat(data)
    check_document(Document("any", text))
    with linear_time(len(text)):
        Analyzer()(text[:MAX_QUESTION_CHARS])


def fuzz_question(data: bytes) -> None:
    """Ask any question of the seed; the first byte says how often it is repeated, and in which mode it is asked."""
    question = repeat(data)[:MAX_QUESTION_CHARS]
    if not question.strip():
        return
    engine = open_seed()
    with linear_time(len(question)):
        # The reader takes most of the time.
        answer = engine.ask(Request(question, mode="precise" if data[0] >= 224 else "fast", explain=True))
    assert answer.retrieval.failed == ()
    for passage in answer.passages:
        whole = engine.catalog.get_text(passage.document.id)
        assert whole is not None
        assert whole.text[passage.start : passage.end] == passage.text
    if answer.answer:
        words, sentence = answer.answer, answer.answer.sentence
        assert sentence.start <= words.start < words.end <= sentence.end
        assert sentence.text[words.start - sentence.start : words.end - sentence.start] == words.text


TARGETS: dict[str, Callable[[bytes], None]] = {
    "parser": fuzz_parser,
    "chunker": fuzz_chunker,
    "question": fuzz_question,
}


def repeat(data: bytes) -> str:
    """Return the text of the bytes after the first, repeated: repetition is what takes more than linear time."""
    text = data[1:].decode("utf-8", "replace").replace("\r", "\n")
    count = 1 << data[0] % 16 if data else 1
    return (text * count)[:MAX_REPEATED]


def check_document(document: Document) -> None:
    """Chunk a document; its passages cover it, do not overlap, and are slices of it."""
    text = document.text
    assert "\r" not in text
    assert all(0 <= one.start <= one.end <= len(text) for one in document.headings)
    with linear_time(len(text)):
        passages = split_into_passages(document, PunctuatedNames.learn_from([text]), SIZES, COUNT)
    edges = [0, *(edge for passage in passages for edge in (passage.start, passage.end)), len(text)]
    assert all(first <= second for first, second in pairwise(edges))
    assert not any(text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert all(passage.end - passage.start <= SIZES.max_chars for passage in passages)
    stored = Passages.build(passages, Documents.build([document]))
    assert [stored.get_text(row) for row in range(len(stored))] == [text[p.start : p.end] for p in passages]


@contextmanager
def linear_time(length: int) -> Iterator[None]:
    """Fail if what is inside takes much more processor time than its length explains."""
    started = process_time()
    yield
    assert process_time() - started < SECONDS + SECONDS_PER_CHARACTER * length


@cache
def open_seed() -> Engine:
    """Return an engine over the seed with an encoder that takes no time."""
    with tempfile.TemporaryDirectory() as folder:
        build_index(SEEDS, IndexSettings(index=folder), WordEncoder())
        return Engine(IndexDirectory(Path(folder)).open_current(), WordEncoder())


if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()

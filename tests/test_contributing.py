"""The worked examples of CONTRIBUTING.md, run as a reader would write them."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from index.build.load_file import SourceFile, load_file
from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.parsers import PARSERS
from index.settings import IndexSettings
from index.types import Document
from qa.engine import Engine
from qa.ranking.pipeline import Pipeline
from qa.types import Request
from tests.doubles import WordEncoder

GUIDE = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
LYRICS = "[ti:The City]\n[00:01.00]Who is there?\n[00:03.00][00:09.00]It is Killy.\n"


def example(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module that an example shows; the example is the code block after its marker comment."""
    block = re.search(rf"<!-- example: {name}, .*? -->\n```python\n(.*?)```", GUIDE, re.DOTALL)
    assert block, f"CONTRIBUTING.md has lost its example {name!r}"
    module = ModuleType(f"example_{name}")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(block[1], f"CONTRIBUTING.md: {name}", "exec"), module.__dict__)  # noqa: S102 — our own document
    return module


def test_the_example_of_a_file_format_reads_lyrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its line in the table, a file of lyrics becomes a document of the lines that are sung."""
    parsers: Mapping[str, object] = PARSERS | {".lrc": example("parser", monkeypatch).parse_lrc}
    monkeypatch.setattr("index.parsers.PARSERS", parsers)
    (tmp_path / "song.lrc").write_text(LYRICS, encoding="utf-8")
    # What the process of the parsers calls, which would not have the line.
    (document,) = load_file(SourceFile(tmp_path / "song.lrc", "song.lrc"), 10**6, has_sidecar=False)
    assert isinstance(document, Document)
    assert document.text == "Who is there?\nIt is Killy."


def test_the_example_of_a_stage_prefers_the_shorter_of_two_passages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the last stage of a pipeline it puts the short passage before a long one that matches as well."""
    texts, index = tmp_path / "texts", tmp_path / "index"
    texts.mkdir()
    (texts / "a-long.txt").write_text(
        "Killy seeks genes. " + "Nothing else happens in this part. " * 8, encoding="utf-8"
    )
    (texts / "b-short.txt").write_text("Killy seeks genes.", encoding="utf-8")
    encoder = WordEncoder()
    build_index(texts, IndexSettings(index=str(index)), encoder)
    stage = example("stage", monkeypatch).PreferShort
    pipelines = {"fast": Pipeline(stages=(stage,)), "precise": Pipeline(stages=())}
    engine = Engine(IndexDirectory(index).open_current(), encoder, "none", pipelines)
    answer = engine.ask(Request("Killy genes", mode="fast"))
    assert answer.passages[0].document.id == "b-short.txt"
    assert {passage.document.id for passage in answer.passages} == {"a-long.txt", "b-short.txt"}

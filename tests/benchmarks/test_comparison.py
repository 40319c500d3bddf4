"""The comparison with peers: each adapter against a double of its peer, Netsphere and the recipe for real."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from click.testing import CliRunner

from benchmarks.comparison import __main__ as program
from benchmarks.comparison.child import load_adapter
from benchmarks.comparison.document import render, write_document
from benchmarks.comparison.environments import CannotRun, find_python, make_environment, measure_folder_mb
from benchmarks.comparison.peers import PEERS, ROOT, Environment, Peer
from benchmarks.comparison.protocol import Place, Reply, Result
from benchmarks.comparison.questions import Collection, load_collections, name_file
from benchmarks.comparison.results import CollectionResult, Comparison, PeerResult
from benchmarks.comparison.run import ask_questions, build_index, shorten
from benchmarks.comparison.scores import Answered, are_acceptable, is_right, score_answers
from index.types import Document, Span
from qa.evaluation.types import GoldEvidence, Interval, Judgement

QUOTE = "The film is directed by Hiroyuki Seshita."
LONG = "Hiroyuki Seshita took over from Tsutomu Nihei, Sadayuki Murai and Yuki Moriyama at Polygon Pictures."
GOLD = GoldEvidence("blame.txt", Span(0, len(QUOTE)), QUOTE)
WHO = Judgement(
    "q1", "Who directed the film?", evidence=(GOLD,), documents={"blame.txt": 1}, answers=("Hiroyuki Seshita",)
)
COST = Judgement("q2", "What did the film cost?")
TEXTS = {"blame.txt": f"{QUOTE} It was released in 2017.", "Other Notes.md": "# Rules\n\nThe pool opens at nine."}


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of two short texts."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


# Doubles: the part of each peer's interface that its adapter uses, over the first text


class _Table:
    """Keeps rows by the file that they are saved to, as a database would."""

    saved: dict[str, list] = {}  # noqa: RUF012


def _fake_txtai() -> dict[str, ModuleType]:
    class Embeddings:
        def __init__(self, path: str = "", content: bool = False, hybrid: bool = False) -> None:
            self.hybrid = hybrid

        def index(self, rows: list) -> None:
            self.rows = rows

        def save(self, path: str) -> None:
            _Table.saved[path] = self.rows

        def load(self, path: str) -> None:
            self.rows = _Table.saved[path]

        def search(self, query: str, limit: int, parameters: dict[str, str]) -> list[dict[str, object]]:
            assert ":question" in query  # never the question itself, which txtai would run as SQL
            assert parameters["question"]
            return [{"id": row, "text": text, "score": 0.5} for row, text in self.rows if row.startswith("blame")][
                :limit
            ]

    return {"txtai": _module("txtai", Embeddings=Embeddings)}


def _fake_sift() -> dict[str, ModuleType]:
    calls: list[list[str]] = []

    class Index:
        models = SimpleNamespace(embedder=lambda: None, reranker=lambda: None)

        def load(self) -> None:
            assert ["embed"] in calls

        def vsearch(self, question: str, k: int, all_passages: bool) -> list[dict[str, object]]:
            assert all_passages
            return [{"id": "texts/blame.txt", "text": TEXTS["blame.txt"], "score": 0.5}]

    cli = _module("sift.cli", main=calls.append)
    return {"sift": _module("sift"), "sift.cli": cli, "sift.search": _module("sift.search", Index=Index)}


def _fake_haiku() -> dict[str, ModuleType]:
    class HaikuRAG:
        def __init__(self, path: Path, config: dict[str, dict], create: bool) -> None:
            assert config["embeddings"]["model"]["provider"] == "sentence-transformers"

        async def __aenter__(self) -> "HaikuRAG":
            return self

        async def __aexit__(self, *error: object) -> None:
            pass

        async def create_document(self, content: str, uri: str, format: str) -> None:
            _Table.saved.setdefault("haiku", []).append((uri, content))

        async def search(self, question: str, limit: int) -> list[SimpleNamespace]:
            rows = sorted(_Table.saved["haiku"], key=lambda row: "blame" not in row[0])
            return [SimpleNamespace(document_uri=uri, content=text, score=0.5) for uri, text in rows[:limit]]

    config = _module("haiku.rag.config", AppConfig=SimpleNamespace(model_validate=lambda fields: fields))
    client = _module("haiku.rag.client", HaikuRAG=HaikuRAG)
    return {
        "haiku": _module("haiku"),
        "haiku.rag": _module("haiku.rag"),
        config.__name__: config,
        client.__name__: client,
    }


def _fake_verbatim() -> dict[str, ModuleType]:
    class VerbatimIndex:
        def __init__(self, **parts: object) -> None:
            assert set(parts) == {"vector_store", "dense_provider", "chunker_provider"}

        def add_documents(self, documents: list[SimpleNamespace]) -> None:
            _Table.saved["verbatim"] = documents

        def query(self, question: str, k: int) -> list[SimpleNamespace]:
            found = [one for one in _Table.saved["verbatim"] if one.source == "blame.txt"]
            return [SimpleNamespace(metadata={"source": one.source}, text=one.content, score=0.5) for one in found]

    def some(*arguments: object, **options: object) -> None: ...

    modules = {
        "verbatim_rag": {},
        "verbatim_rag.document": {"DocumentType": SimpleNamespace(MARKDOWN="md")},
        "verbatim_rag.schema": {"DocumentSchema": SimpleNamespace},
        "verbatim_rag.chunker_providers": {"MarkdownChunkerProvider": some},
        "verbatim_rag.embedding_providers": {"SentenceTransformersProvider": some},
        "verbatim_rag.index": {"VerbatimIndex": VerbatimIndex},
        "verbatim_rag.vector_stores": {"LocalMilvusStore": some},
    }
    return {name: _module(name, **members) for name, members in modules.items()}


def _fake_cairn_assistant() -> dict[str, ModuleType]:
    def build_and_write(corpus: str, index: str) -> None:
        first = (Path(corpus) / "d-blame.txt.md").read_text(encoding="utf-8")
        assert first.startswith("---\nid: d-blame.txt\ntitle: blame\nlang: en\n---\n")
        assert (Path(corpus) / "d-Other-Notes.md.md").is_file()

    def ask(question: str, index: object, config: object, lang: str) -> SimpleNamespace:
        passage = SimpleNamespace(doc_id="d-blame.txt", text=TEXTS["blame.txt"])
        trace = SimpleNamespace(candidates=[SimpleNamespace(passage=passage, score=0.5)])
        return SimpleNamespace(answer=SimpleNamespace(kind="grounded"), attempts=[SimpleNamespace(trace=trace)])

    index = _module("cairn.index", build_and_write=build_and_write, read_index=lambda index, corpus: index)
    config = _module("cairn.config", Config=lambda tables_enabled: None)
    engine = _module("cairn.engine", ask=ask)
    return {"cairn": _module("cairn"), **{module.__name__: module for module in (index, config, engine)}}


def _fake_cairn_pipeline() -> dict[str, ModuleType]:
    class Pipeline:
        @classmethod
        def from_config(cls, config: dict) -> "Pipeline":
            assert config["embedding"]["name"] == "sentence_transformers"
            return cls()

        def ingest(self) -> None: ...

        def load_index(self) -> None: ...

        def answer(self, question: str) -> SimpleNamespace:
            passage = SimpleNamespace(chunk=SimpleNamespace(source="a/blame.txt", text=TEXTS["blame.txt"]), score=0.5)
            status = SimpleNamespace(value="answered")
            return SimpleNamespace(status=status, text=QUOTE, confidence=0.7, passages=[passage])

    config = _module("cairn.core.config", Config=SimpleNamespace(model_validate=lambda fields: fields))
    pipeline = _module("cairn.pipeline", Pipeline=Pipeline)
    names = {"cairn": _module("cairn"), "cairn.core": _module("cairn.core")}
    return {**names, config.__name__: config, pipeline.__name__: pipeline}


def _module(name: str, **members: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    return module


DOUBLES: dict[str, tuple[str, Callable[[], dict[str, ModuleType]]]] = {
    "txtai": ("hybrid", _fake_txtai),
    "sift_rag": ("vsearch", _fake_sift),
    "haiku_rag": ("", _fake_haiku),
    "verbatim_rag": ("dense", _fake_verbatim),
    "cairn_assistant": ("", _fake_cairn_assistant),
    "cairn_pipeline": ("", _fake_cairn_pipeline),
}


def test_every_adapter_has_a_test() -> None:
    """A new peer needs a double, or is run for real."""
    assert set(DOUBLES) | {"netsphere", "recipe", "qmd"} == {peer.adapter for peer in PEERS}


@pytest.mark.parametrize("name", DOUBLES)
def test_an_adapter_speaks_to_its_peer(name: str, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It builds, opens and asks; a result has the name of its file, its text and its score."""
    way, fake = DOUBLES[name]
    monkeypatch.setattr(_Table, "saved", {})
    for variable in ("SIFT_HOME", "SIFT_EMBED_MODEL", "SIFT_OCR"):
        monkeypatch.setenv(variable, "")
    for module, double in fake().items():
        monkeypatch.setitem(sys.modules, module, double)
    load_adapter(name, Place(texts, tmp_path / "index", way)).build()
    adapter = load_adapter(name, Place(texts, tmp_path / "index", way))
    adapter.open()
    reply = adapter.ask("Who directed the film?")
    assert reply.results[0] == Result("blame.txt", TEXTS["blame.txt"], 0.5)
    assert reply.score == (0.7 if name == "cairn_pipeline" else 0.5)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_adapter_in_javascript_speaks_the_same_lines(texts: Path, tmp_path: Path) -> None:
    """Names that qmd changes are those of the files again; what it shows of a hit is the text."""
    package = tmp_path / "node_modules" / "@tobilu" / "qmd" / "dist"
    package.mkdir(parents=True)
    (package.parent / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (package / "index.js").write_text(FAKE_QMD, encoding="utf-8")
    script = Path(program.__file__).with_name("adapters") / "qmd.mjs"

    def run(step: str, lines: str) -> list[dict]:
        command = ["node", str(script), step, "qmd", str(texts), str(tmp_path / "index"), "search"]
        done = subprocess.run(command, cwd=tmp_path, input=lines, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    assert run("build", "") == [{"built": True}]
    ready, answer, memory = run("ask", '{"question": "When?"}\n')
    assert ready == {"ready": True}
    assert answer.pop("seconds") >= 0
    assert Reply.from_json(answer) == Reply([Result("Other Notes.md", "shown", 0.5)])
    assert memory["resident_mb"] > 0


FAKE_QMD = """
export const createStore = async (options) => ({
  update: async () => {},
  embed: async () => { throw new Error("needs a model"); },
  searchLex: async (question, { limit }) => [{ displayPath: "texts/other-notes.md", body: "text", score: 0.5 }],
  close: async () => {},
});
export const extractSnippet = () => ({ snippet: "shown" });
"""


# The real ones, in this environment


@pytest.mark.slow
@pytest.mark.parametrize("name", ["netsphere", "recipe"])
def test_netsphere_and_the_recipe_are_asked_for_real(name: str, texts: Path, tmp_path: Path) -> None:
    """Each in a process of its own: what answers comes first, and only Netsphere gives words."""
    peer = next(peer for peer in PEERS if peer.adapter == name)
    python = [sys.executable, "-P"]
    build_index(peer, python, texts, tmp_path / "index")
    asked = ask_questions(
        peer, python, texts, tmp_path / "index", ["Who directed the film?", "When does the pool open?"]
    )
    assert [reply.results[0].document for reply in asked.replies] == ["blame.txt", "Other Notes.md"]
    assert len(asked.seconds) == 2
    assert asked.resident_mb > 50
    words = [reply.words for reply in asked.replies]
    assert (words[0] == "Hiroyuki Seshita") if name == "netsphere" else (words == [None, None])


# A peer that fails is a finding

FAILING = Peer("a peer", "recipe", Environment("none", []), needs="a model from the hub")


def test_what_a_peer_raises_is_the_reason(texts: Path, tmp_path: Path) -> None:
    """It becomes one line of the child, and an exception with the peer's own words here."""
    peer = Peer("txtai", "txtai", Environment("none", []), "dense")
    with pytest.raises(CannotRun, match="No module named 'txtai'"):
        build_index(peer, [sys.executable, "-P"], texts, tmp_path / "index")


def test_a_peer_that_cannot_be_installed_has_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason and what it needs; nothing is left out."""

    def fail(environment: Environment, folder: Path) -> list[str]:
        raise CannotRun("ERROR: No matching distribution found")

    monkeypatch.setattr(program, "make_environment", fail)
    row = program.compare_peer(FAILING, [], tmp_path)
    assert (row.failed, row.needs) == ("ERROR: No matching distribution found", "a model from the hub")


def test_a_python_that_is_not_there_is_named() -> None:
    """An older one is never taken in its place."""
    with pytest.raises(CannotRun, match=r"needs Python 3\.99 or newer"):
        find_python((3, 99))
    assert Path(find_python((3, 11))).is_file()


def test_what_was_installed_is_not_installed_again(tmp_path: Path) -> None:
    """As long as the same is wanted."""
    environment = Environment("empty", [])
    (tmp_path / "installed.json").write_text(
        json.dumps({"name": "empty", "packages": [], "python": [3, 11], "npm": False}), encoding="utf-8"
    )
    assert make_environment(environment, tmp_path) == [str(tmp_path / "bin" / "python"), "-P"]


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    """As on the disk."""
    (tmp_path / "one").write_bytes(bytes(1_000_000))
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    assert measure_folder_mb(tmp_path) == 1.0


# What is asked


@pytest.mark.slow
def test_collections_are_those_of_the_repository() -> None:
    """Without follow-ups; every document that answers has a file of its own."""
    for collection in load_collections():
        names = [name_file(document.id) for document in collection.documents]
        assert len(set(names)) == len(names)
        assert all(not judgement.history for judgement in collection.judgements)
        ids = {document.id for document in collection.documents}
        assert all(gold.document in ids for judgement in collection.judgements for gold in judgement.evidence)
        assert 0 < sum(not judgement.answerable for judgement in collection.judgements) < len(collection.judgements)


def test_texts_are_written_as_loaded(tmp_path: Path) -> None:
    """A document of another format becomes plain text; an older file of the folder is gone."""
    (tmp_path / "old.txt").write_text("old", encoding="utf-8")
    collection = Collection("few", [Document("a.md", "# A"), Document("b.html", "B")], [WHO, COST])
    assert collection.write_texts(tmp_path) == {"a.md": "a.md", "b.html.txt": "b.html"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "b.html.txt"]
    assert collection.sample(1).judgements == [WHO]
    assert collection.sample(None) is collection


# What is right


@pytest.mark.parametrize(
    ("document", "text", "right"),
    [
        ("blame.txt", f"Before. {QUOTE} After.", True),
        ("blame.txt", "**film** is directed by Hiroyuki", True),
        ("blame.txt", "directed by Hiroyuki", False),
        ("other.txt", QUOTE, False),
    ],
)
def test_a_passage_is_right_by_its_words(document: str, text: str, right: bool) -> None:
    """Half of the quotation in one run, marks and case aside, of the document that answers."""
    assert is_right(WHO, Result(document, text, 1.0)) is right


@pytest.mark.parametrize(
    ("judgement", "words", "kind", "acceptable"),
    [
        (WHO, "hiroyuki seshita", "words", True),
        (WHO, LONG, "sentence", True),
        (WHO, LONG, "words", False),
        (WHO, "Hiroyuki Seshita also drew it in another document.", "sentence", False),
        (WHO, None, "words", False),
        (COST, "Hiroyuki Seshita", "words", False),
    ],
)
def test_words_are_acceptable_if_they_answer(
    judgement: Judgement, words: str | None, kind: str, acceptable: bool
) -> None:
    """The words themselves, or a sentence of a right passage that holds them; never where nothing answers."""
    reply = Reply([Result("blame.txt", f"{QUOTE} {LONG}", 1.0)], words=words, kind=kind)
    assert are_acceptable(judgement, reply) is acceptable


def test_scores_are_of_the_questions_that_they_are_about() -> None:
    """Right first of what is answerable, wrong words of what is shown, and nothing found is the lowest score."""
    found = Reply([Result("blame.txt", QUOTE, -3.0)], words="Hiroyuki Seshita", answered=True)
    scores = score_answers([Answered(WHO, found), Answered(COST, Reply([], answered=False))])
    assert {name: interval.mean for name, interval in scores.items()} == {
        "right first": 1.0,
        "right among five": 1.0,
        "characters of the first": len(QUOTE),
        "AUROC": 1.0,
        "acceptable words": 1.0,
        "wrong words": 0.0,
        "found where present": 1.0,
        "not found where absent": 1.0,
    }
    listed = score_answers([Answered(WHO, Reply([Result("other.txt", "No.", 1.0)])), Answered(COST, Reply([]))])
    assert "acceptable words" not in listed
    assert "found where present" not in listed
    assert listed["right first"].mean == 0.0


# What is written


def make_comparison() -> Comparison:
    """Return a comparison of one peer that ran, and one that did not."""
    scores = {"right first": Interval(0.5, 0.4, 0.6, 10), "characters of the first": Interval(500, 400, 600, 10)}
    ran = PeerResult(
        "A", ["a==1"], "", "Python 3.11.7", 2100.0, 754.0, {"seed": CollectionResult(scores, 0.0123, 541.2, 1.5)}
    )
    failed = PeerResult("B", ["b==2"], "a model", failed="LocalEntryNotFoundError: offline")
    return Comparison("a" * 64, "2026-11-27", {"seed": {"documents": 1, "questions": 10, "absent": 4}}, [ran, failed])


def test_rows_show_what_was_measured_and_why_not() -> None:
    """A measure that a peer does not have is a dash; a peer that failed is below, with its reason."""
    text = render(make_comparison())
    assert "| A | 0.50 [0.40, 0.60] | – | – | – | – | – | – |" in text
    assert "| A | 12.3 | 541 | 1.50 | 500 |" in text
    assert "| `a==1` | Python 3.11.7 | 2,100 | 754 |" in text
    assert "* B (b==2): `LocalEntryNotFoundError: offline`. It needs a model." in text
    assert "1 documents, 10 questions, 4 of which" in text


def test_what_was_measured_is_read_back_and_added_to(tmp_path: Path) -> None:
    """A row that is measured again takes its old place."""
    comparison = make_comparison()
    comparison.write(tmp_path)
    assert Comparison.read(tmp_path) == comparison
    again = comparison.add(PeerResult("A", ["a==2"], failed="no"))
    assert [peer.failed for peer in again.peers] == ["no", "LocalEntryNotFoundError: offline"]
    assert [peer.title for peer in comparison.add(PeerResult("C", [])).peers] == ["A", "B", "C"]


def test_the_document_keeps_what_a_person_wrote(tmp_path: Path) -> None:
    """Only the measured section is replaced, and it names the program that was measured."""
    (tmp_path / "comparison.md").write_text("# Comparison\n", encoding="utf-8")
    for _ in range(2):
        write_document(make_comparison(), tmp_path)
    page = (tmp_path / "comparison.md").read_text(encoding="utf-8")
    assert page.startswith("# Comparison\n")
    assert page.count("## The same questions put to each") == 1
    assert f"measured with the program {'a' * 64}" in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--questions", "3"], "give --out another folder than docs"),
        (["--peer", "nobody"], "invalid value 'nobody' for --peer: must be one of netsphere, recipe"),
    ],
)
def test_wrong_use_is_refused(arguments: list[str], words: str) -> None:
    """A trial never becomes the document, and a peer must be known."""
    done = CliRunner().invoke(program.main, ["data", *arguments])
    assert done.exit_code == 2
    assert words in " ".join(done.output.replace("│", " ").split())


def test_a_long_reason_is_cut_at_a_word() -> None:
    """On one line."""
    assert shorten("one\n two") == "one two"
    assert shorten("word " * 100).endswith("word …")


def test_every_note_of_the_table_is_explained() -> None:
    """Each number in the table of features leads to a file, and each file is led to."""
    text = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
    table = text.partition("| | Netsphere |")[2].partition("\n\n")[0]
    used = {
        int(word)
        for row in table.splitlines()
        for word in row.replace("|", " ").replace("*", " ").split()
        if word.isdigit()
    }
    listed = {int(line.partition(".")[0]) for line in text.splitlines() if line.partition(". ")[0].isdigit()}
    assert used - {2} - listed == set()
    assert listed - used == set()

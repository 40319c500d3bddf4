"""The comparison with peers: each adapter against a double of its peer, Netsphere and the recipe for real."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.comparison import __main__ as program
from benchmarks.comparison.child import load_adapter
from benchmarks.comparison.environments import CannotRun, find_python, make_environment, measure_folder_mb
from benchmarks.comparison.peers import PEERS, Environment, Peer
from benchmarks.comparison.protocol import Place, Reply, Result
from benchmarks.comparison.questions import Collection, load_collections, name_file
from benchmarks.comparison.run import ask_questions, build_index
from benchmarks.comparison.scores import Answered, are_acceptable, is_right, score_answers
from index.types import Document, Span
from qa.evaluation.types import GoldEvidence, Judgement
from tests.benchmarks.peer_doubles import DOUBLES, QUOTE, TEXTS, Table

LONG = "Hiroyuki Seshita took over from Tsutomu Nihei, Sadayuki Murai and Yuki Moriyama at Polygon Pictures."
GOLD = GoldEvidence("blame.txt", Span(0, len(QUOTE)), QUOTE)
WHO = Judgement(
    "q1", "Who directed the film?", evidence=(GOLD,), documents={"blame.txt": 1}, answers=("Hiroyuki Seshita",)
)
COST = Judgement("q2", "What did the film cost?")


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of two short texts."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_every_adapter_has_a_test() -> None:
    """A new peer needs a double, or is run for real."""
    assert set(DOUBLES) | {"netsphere", "recipe", "qmd"} == {peer.adapter for peer in PEERS}


@pytest.mark.parametrize("name", DOUBLES)
def test_an_adapter_speaks_to_its_peer(name: str, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It builds, opens and asks; a result has the name of its file, its text and its score."""
    way, fake = DOUBLES[name]
    monkeypatch.setattr(Table, "saved", {})
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


def test_a_peer_is_installed_into_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if the folder is given as a relative path, as the program does."""
    monkeypatch.chdir(tmp_path)
    # pip is there already, so nothing is downloaded.
    python = make_environment(Environment("empty", ["pip"]), Path("environments", "empty"))
    assert Path(python[0]) == tmp_path / "environments" / "empty" / "bin" / "python"
    assert Path(python[0]).is_file()


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

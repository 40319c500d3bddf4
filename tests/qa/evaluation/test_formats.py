"""Judged questions from files."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build.load import load_documents
from index.errors import UsageError
from index.types import Span
from qa.evaluation import load

ROOT = Path(__file__).parents[3]
SEED = ROOT / "tests" / "judgements" / "blame.jsonl"
ROW = {"id": "q1", "question": "Who?", "evidence": [{"document": "a.txt", "start": 0, "end": 2, "quote": "Me"}]}


def write(folder: Path, *rows: object) -> Path:
    path = folder / "judged.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


# The seed's


def test_every_quote_of_the_seed_judgements_stands_where_they_say() -> None:
    """``text[start:end] == quote`` for each, in the seed as it is loaded."""
    texts = {document.id: document.text for document in load_documents(ROOT / "seeds", 10**9).documents}
    for judgement in load(SEED).judgements:
        for gold in judgement.evidence:
            assert texts[gold.document][gold.span.start : gold.span.end] == gold.quote, judgement.id


def test_the_seed_judgements_are_as_many_and_of_as_many_kinds_as_promised() -> None:
    """At least 60 that the text answers alone, 30 that it does not, 15 follow-ups."""
    judged = load(SEED).judgements
    assert sum(j.answerable and not j.history for j in judged) >= 60
    assert sum(not j.answerable for j in judged) >= 30
    assert sum(bool(j.history) for j in judged) >= 15
    kinds = {"direct", "reworded", "keywords", "misspelt", "unaccented", "japanese", "yesno", "longwinded"}
    assert kinds <= {j.kind for j in judged}


# Span judgements


def test_span_judgements_keep_all_their_fields(tmp_path: Path) -> None:
    """Evidence, history, answers and kind arrive; documents follow from the evidence."""
    row = ROW | {"history": [{"question": "What?"}], "answers": ["Me"], "kind": "direct"}
    dataset = load(write(tmp_path, row))
    judgement = dataset.judgements[0]
    assert judgement.evidence[0].span == Span(0, 2)
    assert (judgement.history[0].question, judgement.answers, judgement.kind) == ("What?", ("Me",), "direct")
    assert judgement.documents == {"a.txt": 1}
    assert judgement.where.endswith("judged.jsonl:1")
    assert (dataset.name, dataset.documents, dataset.problems) == ("judged", {}, ())


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((ROW, '{"id": "q2", "quest'), ":2 is not JSON"),
        ((ROW, "[1]"), ":2 is not a JSON object"),
        (({"id": "q1", "question": "Who?"},), ":1 is not a span judgement: the field 'evidence' is missing; see"),
        ((ROW | {"answer": "Me"},), ":1 has the field 'answer'"),
        ((ROW | {"question": 7},), ":1 is not a span judgement: 7 in place of a text; see"),
        ((ROW | {"evidence": [{"document": "a", "start": 0, "end": 3, "quote": "Me"}]},), "a quote of 2 characters"),
        ((ROW | {"evidence": [{"document": "a", "start": 0, "end": 0, "quote": ""}]},), "a quote of 0 characters"),
        ((ROW, "", ROW), ":3 repeats the id 'q1'"),
    ],
)
def test_a_bad_line_is_named_with_file_and_line(tmp_path: Path, rows: tuple[object, ...], words: str) -> None:
    """Half a line, another type, a missing or unknown field and a repeated id each have their sentence."""
    with pytest.raises(UsageError, match=r"judged\.jsonl") as caught:
        load(write(tmp_path, *rows))
    assert words in str(caught.value)


def test_what_cannot_be_asked_is_listed_and_the_rest_is_loaded(tmp_path: Path) -> None:
    """An empty question and one that is over the API's bound."""
    dataset = load(
        write(tmp_path, ROW, ROW | {"id": "q2", "question": " "}, ROW | {"id": "q3", "question": "x" * 1001})
    )
    assert [judgement.id for judgement in dataset.judgements] == ["q1"]
    assert [problem.where.rsplit(":", 1)[1] for problem in dataset.problems] == ["2", "3"]
    with pytest.raises(UsageError, match="no question that can be asked"):
        load(write(tmp_path, ROW | {"question": ""}))


@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.integers(0, 1000)), min_size=1, max_size=5))
def test_any_quote_survives_the_file(quotes: list[tuple[str, int]]) -> None:
    """Whatever characters it has: offsets are code points."""
    import tempfile

    evidence = [{"document": "d", "start": s, "end": s + len(q), "quote": q} for q, s in quotes]
    with tempfile.TemporaryDirectory() as folder:
        dataset = load(write(Path(folder), {"id": 1, "question": "Who?", "evidence": evidence}))
    assert [(g.quote, g.span.start) for g in dataset.judgements[0].evidence] == quotes


def test_a_fingerprint_is_of_the_questions_not_of_the_file(tmp_path: Path) -> None:
    """Another place or order of fields is the same data; another question is not."""
    (tmp_path / "b").mkdir()
    first = load(write(tmp_path, ROW)).fingerprint
    assert load(write(tmp_path / "b", "", dict(reversed(ROW.items())))).fingerprint == first
    assert load(write(tmp_path, ROW | {"question": "Whom?"})).fingerprint != first


# BEIR


def beir(folder: Path, qrels: str, compress: bool = False, queries: tuple[str, ...] = ("q1",)) -> Path:
    rows = {
        "corpus": [{"_id": "d1", "title": "", "text": "A cat."}],
        "queries": [{"_id": q, "text": "cat?"} for q in queries],
    }
    for name, some in rows.items():
        lines = "".join(json.dumps(row) + "\n" for row in some).encode()
        path = folder / f"{name}.jsonl{'.gz' if compress else ''}"
        path.write_bytes(gzip.compress(lines) if compress else lines)
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


@pytest.mark.parametrize("compress", [False, True])
def test_a_beir_folder_gives_its_judged_questions(tmp_path: Path, compress: bool) -> None:
    """Compressed or not, with a header line; grades of zero or less are not relevant."""
    dataset = load(beir(tmp_path, "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td0\t0\n", compress))
    assert [(j.id, dict(j.documents), j.texts) for j in dataset.judgements] == [("q1", {"d1": 2}, ["A cat."])]
    assert dataset.documents["d1"].text == "A cat."
    assert dataset.corpus is not None
    assert dataset.problems == ()


def test_judgements_that_fit_nothing_are_listed_with_their_line(tmp_path: Path) -> None:
    """An unknown document, an unknown query, a query without judgements and one with none above 0."""
    qrels = "q1\td1\t1\nq1\td9\t1\nq8\td1\t1\nq3\td1\t0\n"
    dataset = load(beir(tmp_path, qrels, queries=("q1", "q2", "q3")))
    assert [judgement.id for judgement in dataset.judgements] == ["q1"]
    told = [str(problem).removeprefix(f"{tmp_path}/") for problem in dataset.problems]
    assert told == [
        "qrels.tsv:2 judges 'd9', which the corpus lacks; the judgement is left out",
        "queries.jsonl:2 has no judgement; it is not asked",
        "queries.jsonl:3 has no judgement above 0 of a document that the corpus has; it is not asked",
        "qrels.tsv:3 judges the query 'q8', which queries.jsonl lacks; the judgement is left out",
    ]


@pytest.mark.parametrize(
    ("qrels", "words"),
    [
        ("q1\td1\t1\nq1\td2\n", r"qrels\.tsv:2 is not 'query-id TAB corpus-id TAB grade'"),
        ("q1\td1\t1\nq1\td1\t0\n", r"qrels\.tsv:2 judges 'd1' for 'q1' as 0, and .*qrels\.tsv:1 as 1"),
        ("q1\td7\t1\n", r"no question with a judged document of its corpus; .*qrels\.tsv:1 judges 'd7'"),
    ],
)
def test_bad_qrels_are_named_with_their_line(tmp_path: Path, qrels: str, words: str) -> None:
    """Half a line, a contradiction, and judgements over another corpus are refused."""
    with pytest.raises(UsageError, match=words):
        load(beir(tmp_path, qrels))


def test_queries_with_one_id_are_refused(tmp_path: Path) -> None:
    """Which of them was judged cannot be known."""
    with pytest.raises(UsageError, match=r"queries\.jsonl:2 repeats the id 'q1' of .*queries\.jsonl:1"):
        load(beir(tmp_path, "q1\td1\t1\n", queries=("q1", "q1")))


def test_a_document_that_comes_twice_is_listed(tmp_path: Path) -> None:
    """The first one counts, as for any index."""
    folder = beir(tmp_path, "q1\td1\t1\n")
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"_id": "d1", "text": "A dog."}\n{"_id": "d2", "te')
    dataset = load(folder)
    assert [problem.where for problem in dataset.problems] == ["corpus.jsonl:2", "corpus.jsonl:3"]
    assert dataset.documents["d1"].text == "A cat."


def test_a_compressed_file_that_was_cut_off_is_named(tmp_path: Path) -> None:
    """With the line that could not be read."""
    folder = beir(tmp_path, "q1\td1\t1\n", compress=True)
    whole = (folder / "queries.jsonl.gz").read_bytes()
    (folder / "queries.jsonl.gz").write_bytes(whole[:-12])
    with pytest.raises(UsageError, match=r"queries\.jsonl\.gz:\d+ (cannot be read|is not JSON)"):
        load(folder)


def test_a_folder_that_is_no_beir_folder_says_what_is_missing(tmp_path: Path) -> None:
    """Each missing file is named."""
    with pytest.raises(UsageError, match=r"neither queries\.jsonl nor queries\.jsonl\.gz"):
        load(tmp_path)
    beir(tmp_path, "q1\td1\t1\n")
    (tmp_path / "qrels.tsv").unlink()
    with pytest.raises(UsageError, match=r"no qrels\.tsv"):
        load(tmp_path)
    with pytest.raises(UsageError, match="does not exist"):
        load(tmp_path / "nothing")


# SQuAD

CONTEXT = "Blame! is a manga. It was written by Tsutomu Nihei, who was 26. It ran until 2003."
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Blame!_(manga)",
            "paragraphs": [
                {"context": "An earlier paragraph of no use.", "qas": []},
                {
                    "context": CONTEXT,
                    "qas": [
                        {
                            "id": "1",
                            "question": "Who wrote it?",
                            "answers": [
                                {"text": "Tsutomu Nihei", "answer_start": CONTEXT.index("Tsutomu")},
                                {"text": "Nihei", "answer_start": CONTEXT.index("Nihei")},
                            ],
                        },
                        {"id": "2", "question": "Who filmed it?", "answers": [], "is_impossible": True},
                    ],
                },
            ],
        }
    ],
}


def squad(folder: Path, content: object) -> Path:
    path = folder / "dev.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_squad_file_becomes_documents_and_judged_sentences(tmp_path: Path) -> None:
    """An article is a document; evidence is the sentence around an answer, the answers its words."""
    dataset = load(squad(tmp_path, SQUAD))
    answered, impossible = dataset.judgements
    text = dataset.documents["Blame!_(manga)"].text
    quotes = [text[g.span.start : g.span.end] for g in answered.evidence]
    assert quotes == [g.quote for g in answered.evidence] == ["It was written by Tsutomu Nihei, who was 26."]
    assert answered.answers == ("Tsutomu Nihei", "Nihei")
    assert dataset.documents["Blame!_(manga)"].title == "Blame! (manga)"
    assert not impossible.answerable


def test_version_one_of_squad_has_no_impossible_questions(tmp_path: Path) -> None:
    """The field is missing there, and nothing else differs."""
    rows = json.loads(json.dumps(SQUAD))
    questions = rows["data"][0]["paragraphs"][1]["qas"]
    del questions[1]
    assert [j.answerable for j in load(squad(tmp_path, rows)).judgements] == [True]


def test_an_answer_that_does_not_stand_there_is_listed(tmp_path: Path) -> None:
    """The question is asked for its other answer; one that has no other is left out."""
    rows = json.loads(json.dumps(SQUAD))
    questions = rows["data"][0]["paragraphs"][1]["qas"]
    questions[0]["answers"][1]["answer_start"] += 1
    questions[1] |= {"is_impossible": False, "answers": [{"text": "Seshita", "answer_start": 3}]}
    dataset = load(squad(tmp_path, rows))
    assert [(j.id, j.answers) for j in dataset.judgements] == [("1", ("Tsutomu Nihei",))]
    assert ["question '1'" in str(f) or "question '2'" in str(f) for f in dataset.problems] == [True, True, True]
    assert "'Nihei' at a place with other words" in str(dataset.problems[0])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "is not a SQuAD file"),
        ({"data": []}, "has no article"),
        ({"data": [{"title": "a"}]}, "article 1 has no paragraphs"),
        ({"data": SQUAD["data"] * 2}, "two articles titled"),
        ({"data": [{"paragraphs": [{"context": "A.", "qas": [{"id": "1"}]}]}]}, "question '1' is not as SQuAD has it"),
    ],
)
def test_what_is_no_squad_file_says_so(tmp_path: Path, content: object, words: str) -> None:
    """With the article or question that is wrong."""
    with pytest.raises(UsageError, match=words):
        load(squad(tmp_path, content))

"""Judged questions from files."""

import gzip
import json
from pathlib import Path

import pytest

from index.errors import UsageError
from index.load import load as load_documents
from index.types import Span
from qa.evaluation.judgements import corpus_of, load

ROOT = Path(__file__).parents[3]
SEED = ROOT / "tests" / "judgements" / "blame.jsonl"
ROW = {"id": "q1", "question": "Who?", "evidence": [{"document": "a.txt", "start": 0, "end": 2, "quote": "Me"}]}


def write(folder: Path, *rows: object) -> Path:
    path = folder / "judged.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_every_quote_of_the_seed_judgements_stands_where_they_say() -> None:
    """``text[start:end] == quote`` for each, in the seed as it is loaded."""
    texts = {document.id: document.text for document in load_documents(ROOT / "seeds", 10**9).documents}
    judged = load(SEED)
    for judgement in judged:
        for gold in judgement.evidence:
            assert texts[gold.document][gold.span.start : gold.span.end] == gold.quote, judgement.id


def test_the_seed_judgements_are_as_many_and_of_as_many_kinds_as_promised() -> None:
    """At least 60 that the text answers alone, 30 that it does not, 15 follow-ups."""
    judged = load(SEED)
    assert sum(bool(j.evidence) and not j.history for j in judged) >= 60
    assert sum(not j.evidence for j in judged) >= 30
    assert sum(bool(j.history) for j in judged) >= 15
    kinds = {"direct", "reworded", "keywords", "misspelt", "unaccented", "japanese", "yesno", "longwinded"}
    assert kinds <= {j.kind for j in judged}


def test_span_judgements_keep_all_their_fields(tmp_path: Path) -> None:
    """Evidence, history, answers and kind arrive; documents follow from the evidence."""
    row = ROW | {"history": [{"question": "What?"}], "answers": ["Me"], "kind": "direct"}
    judgement = load(write(tmp_path, row))[0]
    assert judgement.evidence[0].span == Span(0, 2)
    assert (judgement.history[0].question, judgement.answers, judgement.kind) == ("What?", ("Me",), "direct")
    assert judgement.documents == {"a.txt": 1}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((ROW, '{"id": "q2", "quest'), ":2 is not JSON"),
        ((ROW, "[1]"), ":2 is not a JSON object"),
        (({"id": "q1", "question": "Who?"},), ":1 is no span judgement"),
        ((ROW, ROW), ":2 repeats the id 'q1'"),
    ],
)
def test_a_bad_line_is_named_with_file_and_line(tmp_path: Path, rows: tuple[object, ...], words: str) -> None:
    """Half a line, another type, a missing field and a repeated id each have their sentence."""
    with pytest.raises(UsageError, match=r"judged\.jsonl") as caught:
        load(write(tmp_path, *rows))
    assert words in str(caught.value)


def beir(folder: Path, qrels: str, compress: bool = False) -> Path:
    rows = {"corpus": {"_id": "d1", "title": "", "text": "A cat."}, "queries": {"_id": "q1", "text": "cat?"}}
    for name, row in rows.items():
        line = (json.dumps(row) + "\n").encode()
        path = folder / f"{name}.jsonl{'.gz' if compress else ''}"
        path.write_bytes(gzip.compress(line) if compress else line)
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


@pytest.mark.parametrize("compress", [False, True])
def test_a_beir_folder_gives_its_judged_questions(tmp_path: Path, compress: bool) -> None:
    """Compressed or not, with a header line; grades of zero or less are not relevant."""
    folder = beir(tmp_path, "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td0\t0\nq9\td1\t-1\n", compress)
    assert [(j.id, dict(j.documents)) for j in load(folder)] == [("q1", {"d1": 2})]
    assert corpus_of(folder).is_file()


def test_bad_qrels_are_named_with_their_line(tmp_path: Path) -> None:
    """A row of two columns says where it is and what was expected."""
    with pytest.raises(UsageError, match=r"qrels\.tsv:2 is not 'query-id TAB corpus-id TAB grade'"):
        load(beir(tmp_path, "q1\td1\t1\nq1\td2\n"))


def test_a_folder_that_is_no_beir_folder_says_what_is_missing(tmp_path: Path) -> None:
    """Each missing file is named."""
    with pytest.raises(UsageError, match=r"no qrels"):
        load(tmp_path)
    with pytest.raises(UsageError, match=r"neither corpus\.jsonl nor corpus\.jsonl\.gz"):
        corpus_of(tmp_path)
    with pytest.raises(UsageError, match="neither a BEIR folder nor a file"):
        load(tmp_path / "nothing")

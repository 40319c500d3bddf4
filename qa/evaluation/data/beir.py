"""A BEIR folder: corpus, queries and judgements of whole documents (Thakur et al. 2021)."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from index.build.load import load_documents
from index.errors import UsageError
from qa.evaluation.data.lines import explain_unaskable, read_json_lines, read_lines
from qa.evaluation.types import DataProblem, Dataset, Judgement

# A corpus that is evaluated is as large as it is.
MAX_BYTES = 10**12
# For each question the judged documents, each with its grade and its place.
Qrels = Mapping[str, Mapping[str, tuple[int, str]]]


def read_beir(folder: Path) -> Dataset:
    """Read the judged questions of a folder over its corpus.

    Left out with a problem: queries without judgements (BEIR scores none of them), judgements
    of unknown queries or documents, questions that have nothing left to be found. Raises
    UsageError if a file is missing, a line is broken, or no judgement fits.
    """
    queries = _read_queries(find_file(folder, "queries.jsonl"))
    qrels = _read_qrels(folder)
    corpus = find_file(folder, "corpus.jsonl")
    loaded = load_documents(corpus, MAX_BYTES)
    documents = {document.id: document for document in loaded.documents}
    problems = [
        DataProblem(problem.where, f"{problem.reason}; the document is left out") for problem in loaded.problems
    ]
    judgements = []
    for query, (where, question) in queries.items():
        grades, wrong = _select_grades(qrels.get(query, {}), documents)
        problems += wrong
        reason = explain_unaskable(question) or _explain_unjudged(query in qrels, grades)
        if reason:
            problems.append(DataProblem(where, reason))
            continue
        wanted = {document: documents[document].text for document in grades}
        judgements.append(Judgement(query, question, documents=grades, wanted=wanted, where=where))
    for query, judged in qrels.items():
        if query not in queries:
            _, where = next(iter(judged.values()))
            unknown = f"judges the query {query!r}, which queries.jsonl lacks; the judgement is left out"
            problems.append(DataProblem(where, unknown))
    if not judgements:
        first = f"the first of {len(problems)} problems: {problems[0]}" if problems else "queries.jsonl is empty"
        raise UsageError(f"{folder} has no question with a judged document of its corpus; {first}")
    return Dataset(folder.resolve().name, tuple(judgements), documents, corpus, tuple(problems))


def find_file(folder: Path, name: str) -> Path:
    """Return the file of that name, compressed or not. Raises UsageError if there is neither."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise UsageError(f"{folder} is not a BEIR folder: it has neither {name} nor {name}.gz")


def _read_queries(path: Path) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for where, row in read_json_lines(path):
        if "_id" not in row or not isinstance(row.get("text"), str):
            raise UsageError(f'{where} is no query; write {{"_id": …, "text": …}}')
        query = str(row["_id"])
        if query in found:
            raise UsageError(f"{where} repeats the id {query!r} of {found[query][0]}; give each its own")
        found[query] = where, row["text"]
    return found


def _read_qrels(folder: Path) -> Qrels:
    files = sorted(folder.glob("qrels.tsv")) + sorted(folder.glob("qrels/*.tsv"))
    if not files:
        raise UsageError(f"{folder} has no qrels.tsv and no qrels/*.tsv; there is nothing to score against")
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for where, query, document, grade in (row for path in files for row in _read_judgements(path)):
        known = found.setdefault(query, {}).setdefault(document, (grade, where))
        if known[0] != grade:
            raise UsageError(f"{where} judges {document!r} for {query!r} as {grade}, and {known[1]} as {known[0]}")
    return found


def _read_judgements(path: Path) -> Iterator[tuple[str, str, str, int]]:
    for number, (where, line) in enumerate(read_lines(path)):
        row = next(csv.reader([line.rstrip("\r\n")], delimiter="\t", quoting=csv.QUOTE_NONE))
        if number == 0 and not row[-1].lstrip("-").isdigit():
            continue  # the header line
        if len(row) != 3 or not row[2].lstrip("-").isdigit():
            raise UsageError(f"{where} is not 'query-id TAB corpus-id TAB grade': {row!r}; mend or delete the line")
        yield where, row[0], row[1], int(row[2])


def _select_grades(
    judged: Mapping[str, tuple[int, str]], documents: Mapping[str, object]
) -> tuple[dict[str, int], list[DataProblem]]:
    """Return the relevant documents that the corpus has, and a problem for each that it lacks."""
    relevant = {document: (grade, where) for document, (grade, where) in judged.items() if grade > 0}
    problems = [
        DataProblem(where, f"judges {document!r}, which the corpus lacks; the judgement is left out")
        for document, (_, where) in relevant.items()
        if document not in documents
    ]
    return {document: grade for document, (grade, _) in relevant.items() if document in documents}, problems


def _explain_unjudged(is_judged: bool, grades: Mapping[str, int]) -> str | None:
    if not is_judged:
        return "has no judgement; it is not asked"
    return None if grades else "has no judgement above 0 of a document that the corpus has; it is not asked"

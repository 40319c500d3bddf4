"""TREC's files, which every retrieval tool reads: runs and judgements, columns between white space."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote

from index.errors import UsageError
from qa.evaluation.data.lines import read_lines

UNSAFE = re.compile(r"[\s%]")
# What is taken from a tied score, so that it falls: tools break ties in opposite ways.
STEP = 1e-6

# For each question its documents, best first, with strictly falling scores.
Rankings = Mapping[str, Mapping[str, float]]
Qrels = Mapping[str, Mapping[str, int]]


def lower_ties(scored: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Keep each id once, at its best place, with scores that fall strictly in steps that survive rounding."""
    found: dict[str, float] = {}
    last = float("inf")
    for document, score in scored:
        if document not in found:
            last = found[document] = min(round(score, 6), round(last - STEP, 6))
    return found


def write_run(rankings: Rankings, path: Path, tag: str = "netsphere") -> None:
    """Write ``question Q0 document rank score tag``, ranks from 1."""
    path.write_text(
        "".join(
            f"{_escape_id(question)} Q0 {_escape_id(document)} {rank} {score:.6f} {tag}\n"
            for question, documents in rankings.items()
            for rank, (document, score) in enumerate(documents.items(), 1)
        ),
        encoding="utf-8",
    )


def read_run(path: Path) -> Rankings:
    """Read documents by falling score; equal scores in the order of their ranks.

    Raises UsageError, which names the line, for one that is not of six columns, as the last
    one of a file that was cut off, and for a document that comes twice.
    """
    rows: dict[str, dict[str, tuple[float, int]]] = {}
    for where, line in read_lines(path):
        try:
            question, _, document, rank, score, _ = line.split()
            place = -float(score), int(rank)
        except ValueError as error:
            raise UsageError(
                f"{where} is not 'question Q0 document rank score tag' ({line.strip()!r}); mend or delete the line"
            ) from error
        if document in rows.setdefault(question, {}):
            raise UsageError(f"{where} has {document!r} for {question!r} a second time; delete one of the lines")
        rows[question][document] = place
    return {_unescape_id(question): _order_documents(documents) for question, documents in rows.items()}


def write_qrels(qrels: Qrels, path: Path) -> None:
    """Write ``question 0 document grade``."""
    path.write_text(
        "".join(
            f"{_escape_id(q)} 0 {_escape_id(d)} {grade}\n" for q, grades in qrels.items() for d, grade in grades.items()
        ),
        encoding="utf-8",
    )


def read_qrels(path: Path) -> Qrels:
    """Read grades of documents by question. Raises UsageError, which names the line."""
    found: dict[str, dict[str, int]] = {}
    for where, line in read_lines(path):
        try:
            question, _, document, grade = line.split()
            found.setdefault(_unescape_id(question), {})[_unescape_id(document)] = int(grade)
        except ValueError as error:
            raise UsageError(
                f"{where} is not 'question 0 document grade' ({line.strip()!r}); mend or delete the line"
            ) from error
    return found


def _order_documents(documents: Mapping[str, tuple[float, int]]) -> dict[str, float]:
    best = sorted(documents.items(), key=lambda item: item[1])
    return {_unescape_id(document): -place[0] for document, place in best}


def _escape_id(id: str) -> str:
    """Remove white space from an id, reversibly: ``a b%`` becomes ``a%20b%25``."""
    return UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), id)


def _unescape_id(id: str) -> str:
    return unquote(id)

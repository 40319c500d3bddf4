"""An ``Answer`` as the JSON of API.md, key by key in its order."""

from typing import Any

from qa.types import Answer, AnswerPassage, AnswerText


def answer_json(answer: Answer) -> dict[str, Any]:
    """What the API returns, ``--json`` prints and the evaluation writes."""
    return {
        "question": answer.question,
        "searched_as": answer.searched_as,
        "status": answer.status.value,
        "confidence": round(answer.confidence, 4),
        "reason": answer.reason.value if answer.reason else None,
        "answer": _text(answer.answer) if answer.answer else None,
        "passages": [_passage(passage) for passage in answer.passages],
        "retrieval": {
            "legs": [fields(leg) for leg in answer.retrieval.legs],
            "degraded": list(answer.retrieval.degraded),
            "generation": answer.retrieval.generation,
        },
        "took_ms": round(answer.took_ms, 2),
    }


def fields(value: object) -> dict[str, Any]:
    """The fields of a dataclass with slots, as they are: ``asdict`` copies them all, which takes ten times as long."""
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]  # every one has


def _text(text: AnswerText) -> dict[str, Any]:
    return fields(text) | {"sentence": fields(text.sentence)}


def _passage(passage: AnswerPassage) -> dict[str, Any]:
    shown = {
        "rank": passage.rank,
        "id": passage.id,
        "score": round(passage.score, 4),
        "text": passage.text,
        "heading": passage.heading,
        "document": fields(passage.document),
        "start": passage.start,
        "end": passage.end,
        "evidence": [fields(span) for span in passage.evidence],
        "kind": passage.kind.value,
        "page": passage.page,
    }
    return shown | ({"explanation": fields(passage.explanation)} if passage.explanation else {})

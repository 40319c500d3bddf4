"""The one serializer of an ``Answer``, key by key as in API.md.

OpenAPI takes its schema from the dataclasses in ``qa.types``, and a test compares every key with it. Written out, the
keys cost half the time of a loop over the fields; ``dataclasses.asdict`` costs ten times as much.
"""

from typing import Any

from qa.answer.plain_forms import PlainPassage, PlainText
from qa.types import Answer, AnswerPassage, AnswerText, CollectionAnswer, PassageCopy


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return what the API responds, ``--json`` prints and the evaluation writes."""
    text, retrieval = answer.answer, answer.retrieval
    shown = {
        "question": answer.question,
        "searched_as": answer.searched_as,
        "status": answer.status.value,
        "confidence": round(answer.confidence, 4),
        "reason": answer.reason.value if answer.reason else None,
        "answer": _text_json(text) if text else None,
        "passages": [_passage_json(passage) for passage in answer.passages],
        "retrieval": {
            "legs": [_copy_fields(leg) for leg in retrieval.legs],
            "degraded": list(retrieval.degraded),
            "generation": retrieval.generation,
        },
        "took_ms": round(answer.took_ms, 2),
    }
    if answer.collection is not None:
        searched = [_collection_json(collection) for collection in answer.collections]
        shown |= {"collection": answer.collection, "collections": searched}
    return shown


def _collection_json(collection: CollectionAnswer) -> dict[str, Any]:
    return _copy_fields(collection) | {
        "status": collection.status.value,
        "confidence": round(collection.confidence, 4),
        "reason": collection.reason.value if collection.reason else None,
    }


def _text_json(text: AnswerText) -> dict[str, Any]:
    shown = {
        "text": text.text,
        "document": text.document,
        "start": text.start,
        "end": text.end,
        "sentence": _copy_fields(text.sentence),
        "kind": text.kind.value,
        "confidence": round(text.confidence, 4),
        "spans": [_copy_fields(span) for span in text.spans],
    }
    shown |= _name_collection(text.collection)
    if plain := text.plain:
        shown["plain"] = {"text": plain.text, "spans": list(plain.spans), "sentence": _plain_json(plain.sentence)}
    return shown


def _passage_json(passage: AnswerPassage) -> dict[str, Any]:
    shown = {
        "rank": passage.rank,
        "id": passage.id,
        "score": round(passage.score, 4),
        "text": passage.text,
        "heading": passage.heading,
        "document": _copy_fields(passage.document),
        "start": passage.start,
        "end": passage.end,
        "evidence": [_copy_fields(span) for span in passage.evidence],
        "kind": passage.kind.value,
        "page": passage.page,
        "location": passage.location,
        "copies": [_copy_json(copy) for copy in passage.copies],
        "copies_total": passage.copies_total,
    }
    # Raw scores are left out rather than null: nobody should rely on them.
    shown |= {"explanation": _copy_fields(passage.explanation)} if passage.explanation else {}
    shown |= _name_collection(passage.collection)
    if plain := passage.plain:
        shown["plain"] = _plain_json(plain) | {"heading": plain.heading}
    return shown


def _plain_json(plain: PlainText | PlainPassage) -> dict[str, Any]:
    return {"text": plain.text, "marks": [_copy_fields(mark) for mark in plain.marks]}


def _copy_json(copy: PassageCopy) -> dict[str, Any]:
    shown = {
        "id": copy.id,
        "document": _copy_fields(copy.document),
        "start": copy.start,
        "end": copy.end,
        "identical": copy.identical,
    }
    return shown | _name_collection(copy.collection)


def _name_collection(name: str | None) -> dict[str, str]:
    """Return the name of a collection, or nothing if there is only one, which nobody has to name."""
    return {} if name is None else {"collection": name}


def _copy_fields(value: object) -> dict[str, Any]:
    """Return the fields of a small dataclass with slots."""
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]  # every one has

"""The reader alone: every question is read in the text that it is asked about, and nothing is searched."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index.progress import Progress, Silent
from qa.evaluation.data.reading import ReadingDataset
from qa.evaluation.fingerprint import compute_fingerprint
from qa.evaluation.measures import Task, score_replies, summarise_outcomes
from qa.evaluation.runs.answer_sources import BATCH, describe_reader
from qa.evaluation.runs.store import Journal, save_run
from qa.evaluation.types import Judgement, Run, RunDescription, SystemReply
from qa.reader import SHIPPED
from qa.reader.texts import MIN_RELEVANCE, TextReading, choose_reader, read_many
from qa.types import Reader, Status


def run_reading(
    dataset: ReadingDataset,
    reader: str | Reader = SHIPPED,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Run:
    """Read every question in its text, and score the words.

    ``reader`` is a name, as in the settings, or the reader itself. ``out`` and an interrupted run are as for ``run``.
    Raises ModelError if there is no such reader.
    """
    model = choose_reader(reader)
    program = f"{compute_fingerprint(model.name)} {describe_reader(model.name)}"
    about = RunDescription(dataset.name, dataset.fingerprint, "", "reading", 1, program)
    folder = Path(out) if out else None
    journal = Journal(folder, about) if folder else None
    rows = list(journal.read_answers(dataset.judgements)) if journal else []
    progress = progress or Silent()
    with progress.step("reading", len(dataset.judgements) - len(rows)) as advance:
        while asked := dataset.judgements[len(rows) : len(rows) + BATCH]:
            answers = _read_batch(dataset, asked, model)
            if journal:
                journal.append(asked, answers)
            rows += answers
            advance(len(asked))
    replies = map(SystemReply.from_json, rows)
    outcomes = score_replies(list(zip(dataset.judgements, replies, strict=True)), Task.READING)
    result = Run(about, outcomes, summarise_outcomes(outcomes, Task.READING), problems=dataset.problems)
    if folder:
        save_run(result, folder)
    return result


def _read_batch(dataset: ReadingDataset, asked: Sequence[Judgement], reader: Reader) -> list[Mapping[str, Any]]:
    texts = [dataset.texts[judgement.id] for judgement in asked]
    questions = [(j.question, [(text.title, text.text)]) for j, text in zip(asked, texts, strict=True)]
    # With the best words of each: whether they would be given follows from the relevance.
    found = read_many(questions, reader=reader, min_relevance=0.0)
    return [_build_answer(dataset, j, reading) for j, (reading,) in zip(asked, found, strict=True)]


def _build_answer(dataset: ReadingDataset, judgement: Judgement, reading: TextReading) -> Mapping[str, Any]:
    """Return an answer in the form of the API: the text is its only passage, and the words are marked in it."""
    text = dataset.texts[judgement.id]
    words = None
    if reading.text is not None:
        place = {"document": text.id, "start": reading.start, "end": reading.end}
        words = {"text": reading.text, **place, "confidence": reading.confidence}
    answers = reading.relevance >= MIN_RELEVANCE
    passage = {
        "rank": 1,
        "score": reading.relevance,
        "text": text.text,
        "document": {"id": text.id, "title": text.title},
        "start": 0,
        "end": len(text.text),
        "evidence": [{"start": reading.start, "end": reading.end}] if answers and words else [],
    }
    return {
        "question": judgement.question,
        "status": Status.ANSWERED.value if answers else Status.NOT_FOUND.value,
        "confidence": reading.relevance,
        "answer": words if answers else None,
        "best_words": words,
        "passages": [passage],
    }

"""SQuAD files, v1.1 and v2.0 (Rajpurkar et al. 2016, 2018): an article is a document.

Evidence is the sentence around each answer, which is what a reader wants to see marked.
Trap: "impossible" says that one paragraph does not answer; another one of the file may.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from index.errors import UsageError
from index.text.sentences import PunctuatedNames, split_into_sentences
from index.types import Document, Span
from qa.evaluation.data.lines import explain_unaskable, open_text
from qa.evaluation.types import DataProblem, Dataset, GoldEvidence, Judgement

GAP = "\n\n"


def read_squad(path: Path) -> Dataset:
    """Read the questions of a file over its articles, which become documents.

    An answer that is not at its place in the text is left out with a problem, and a question
    with no other answer with it. Raises UsageError if the file is not SQuAD's.
    """
    articles = read_articles(path)
    documents: dict[str, Document] = {}
    judgements: dict[str, Judgement] = {}
    problems: list[DataProblem] = []
    for number, article in enumerate(articles):
        document = _build_document(article, number, path)
        if document.id in documents:
            raise UsageError(f"{path} has two articles titled {document.id!r}; give each its own title")
        documents[document.id] = document
        for judgement in _read_questions(article, document, path, problems):
            if judgement.id in judgements:
                raise UsageError(f"{path} has two questions with the id {judgement.id!r}; give each its own")
            judgements[judgement.id] = judgement
    name = path.name.removesuffix(".gz").removesuffix(".json")
    return Dataset(name, tuple(judgements.values()), documents, problems=tuple(problems))


def read_articles(path: Path) -> list[Any]:
    """Return the articles of a SQuAD file as they are in it. Raises UsageError if it is none."""
    with open_text(path) as file:
        try:
            articles = json.load(file)["data"]
        except (ValueError, KeyError, TypeError, EOFError) as error:
            raise UsageError(
                f'{path} is not a SQuAD file ({error!r}); one holds {{"data": [{{"title", "paragraphs"}}]}}'
            ) from error
    if not isinstance(articles, list) or not articles:
        raise UsageError(f'{path} has no article in "data"')
    return articles


def _build_document(article: Any, number: int, path: Path) -> Document:  # noqa: ANN401 — JSON of anybody
    try:
        title = str(article.get("title") or f"article {number + 1}")
        return Document(title, GAP.join(p["context"] for p in article["paragraphs"]), title.replace("_", " "))
    except (AttributeError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: article {number + 1} has no paragraphs with a context ({error!r})") from error


def _read_questions(
    article: Mapping[str, Any], document: Document, path: Path, problems: list[DataProblem]
) -> Iterator[Judgement]:
    start = 0
    for paragraph in article["paragraphs"]:
        place = Span(start, start + len(paragraph["context"]))
        start = place.end + len(GAP)
        for row in paragraph.get("qas", ()):
            where = f"{path}: question {row.get('id')!r}"
            try:
                judgement, wrong = _parse_question(row, document, place, where)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise UsageError(f"{where} is not as SQuAD has it ({error!r})") from error
            problems += [DataProblem(where, what) for what in wrong]
            if judgement:
                yield judgement


def _parse_question(
    row: Mapping[str, Any], document: Document, paragraph: Span, where: str
) -> tuple[Judgement | None, list[str]]:
    """Return the judgement, or None, and what is wrong with the row."""
    if reason := explain_unaskable(row["question"]):
        return None, [reason]
    if row.get("is_impossible"):
        return Judgement(str(row["id"]), row["question"], kind="impossible", where=where), []
    placed = [(answer["text"], _find_evidence(answer, document, paragraph)) for answer in row["answers"]]
    wrong = [f"has the answer {t!r} at a place with other words; it is left out" for t, gold in placed if not gold]
    evidence = tuple(dict.fromkeys(gold for _, gold in placed if gold))
    if not evidence:
        return None, [*wrong, "has no answer that is in its paragraph; it is not asked"]
    texts = tuple(dict.fromkeys(text for text, gold in placed if gold))
    return Judgement(str(row["id"]), row["question"], (), evidence, {document.id: 1}, texts, where=where), wrong


def _find_evidence(answer: Mapping[str, Any], document: Document, paragraph: Span) -> GoldEvidence | None:
    """Return the sentences of the paragraph that hold the answer; None if it is not at its place."""
    start, text = int(answer["answer_start"]), str(answer["text"])
    context = document.text[paragraph.start : paragraph.end]
    if not text or context[start : start + len(text)] != text:
        return None
    place = Span(paragraph.start + start, paragraph.start + start + len(text))
    sentences = split_into_sentences(document.text, paragraph, PunctuatedNames())
    around = [sentence for sentence in sentences if sentence.overlaps(place)] or [place]
    span = Span(min(around[0].start, place.start), max(around[-1].end, place.end))
    return GoldEvidence(document.id, span, document.text[span.start : span.end])

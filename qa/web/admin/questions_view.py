"""What the page of questions shows: those without an answer in groups, missing words, and what answers most."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from qa.collection.catalog import PassageSpan
from qa.web.admin.grouping import QuestionGroup
from qa.web.errors.handlers import RETRY_AFTER_S
from qa.web.errors.problems import Code, ProblemError
from qa.web.question_store import AskedQuestion, Use
from qa.web.service import Service

# Different questions without an answer that are grouped, which takes a few milliseconds for each the first time.
MAX_GROUPED = 400
MAX_GROUPS, MAX_WORDS, MAX_USES = 60, 30, 15
SNIPPET_CHARS = 160


@dataclass(frozen=True, slots=True)
class UsedSource:
    """A passage, or a document with an empty ``snippet``, and how often it came first in an answer.

    ``span`` is None for a document, and for a passage that is served no more.
    """

    document: str
    title: str
    count: int
    span: PassageSpan | None = None
    snippet: str = ""
    is_served: bool = True


@dataclass(frozen=True, slots=True)
class QuestionsView:
    """What the page shows: ``words`` are those that no document has, each with how often it was asked for.

    ``days`` is for how long questions are kept, 0 for not at all.
    """

    days: int
    groups: Sequence[QuestionGroup]
    words: Sequence[tuple[str, int]]
    passages: Sequence[UsedSource]
    documents: Sequence[UsedSource]


def count_questions(service: Service) -> dict[str, int] | None:
    """Return how many questions got which status; None if they are not kept. Raises ProblemError."""
    store = service.collections.questions
    with _report_errors():
        return {status.value: count for status, count in store.count(service.name).items()} if store.days else None


def build_questions_view(service: Service) -> QuestionsView:
    """Return what is known of the questions to a collection. Raises ProblemError if the file cannot be read."""
    store = service.collections.questions
    with _report_errors():
        asked = store.list_unanswered(service.name, MAX_GROUPED)
        passages, documents = (listed(service.name, MAX_USES) for listed in (store.list_passages, store.list_documents))
    groups, words = service.grouper.group(asked)[:MAX_GROUPS], count_missing_words(service, asked)
    described = (tuple(_describe(service, use) for use in uses) for uses in (passages, documents))
    return QuestionsView(store.days, groups, words, *described)


def count_missing_words(service: Service, asked: Iterable[AskedQuestion]) -> list[tuple[str, int]]:
    """Return the words of questions that no passage has, and how often they were asked for, most frequent first."""
    counted = Counter[str]()
    for one in asked:
        counted.update(dict.fromkeys(service.engine.list_missing_words(one.question), one.count))
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_WORDS]


def _describe(service: Service, use: Use) -> UsedSource:
    catalog = service.engine.catalog
    document = catalog.get_document(use.document)
    if document is None:
        return UsedSource(use.document, use.document, use.count, is_served=False)
    title = document.info.title or use.document
    span = next((one for one in document.passages if one.id == use.passage), None)
    text = " ".join(document.text[span.start : span.end].split()) if span else ""
    snippet = text if len(text) <= SNIPPET_CHARS else f"{text[:SNIPPET_CHARS].rsplit(' ', 1)[0]} …"
    return UsedSource(use.document, title, use.count, span, snippet)


@contextmanager
def _report_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        detail = f"The file of the questions cannot be read ({error}); it is beside the file of the feedback."
        raise ProblemError(Code.NOT_KEPT, detail, headers={"Retry-After": str(RETRY_AFTER_S)}) from error

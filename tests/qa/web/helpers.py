"""An engine with hand-made answers over one document."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from index.generation.collection_info import NO_INFO
from index.generation.documents import Documents
from index.generation.metadata import STANDARD_FIELDS
from index.generation.metadata_filter import EVERYTHING, Selection
from index.types import Document, Heading, PassageKind, Span, Vectors
from qa.collection.catalog import (
    DocumentContent,
    DocumentInfo,
    DocumentList,
    DocumentSearch,
    DocumentText,
    FacetValue,
    IndexInfo,
    PassageSpan,
)
from qa.collection.left_out import LeftOut
from qa.collection.listing import find_documents
from qa.collection.originals import Originals
from qa.ranking.retrieval import Leg, Retrieval
from qa.types import (
    MAX_QUESTION_CHARS,
    Answer,
    AnswerKind,
    AnswerPassage,
    AnswerText,
    Explanation,
    PassageCopy,
    Quote,
    Reason,
    Request,
    Source,
    Status,
)

TEXT = "Plans were announced. The film is directed by Hiroyuki Seshita. <script>alert(1)</script> 映画です。"
TITLE = "Blame! <script>"
DOCUMENT = "folder/blame.txt"
SENTENCE = Span(22, 63)
NAME = Span(46, 62)


class HandMade:
    """An engine over one document; every question has the same words, 91 % sure, in the same passage, 97 % sure.

    A question with "perhaps" gets their sentence, one with "somewhere" only the passage, one with "capital" nothing.
    """

    def __init__(self) -> None:
        """Answer well until a test says otherwise."""
        self.asked: list[Request] = []
        self.legs = {"dense": True, "lexical": True}
        self.degraded: tuple[str, ...] = ()
        self.error: Exception | None = None
        self.fault: str | None = None
        self.copies: tuple[PassageCopy, ...] = ()
        self.scores = (0.97,)
        self.catalog = OneDocument()
        self.reader = "shipped"

    def ask(self, question: Request) -> Answer:
        """Return the answer to one question."""
        return self.ask_many([question])[0]

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        """Record what was asked; raise ``error`` if a test has set one."""
        if self.error:
            raise self.error
        self.asked += questions
        return [self._answer(question) for question in questions]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count words."""
        return [len(text.split()) for text in texts]

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return a direction for each first word."""
        directions = [sum(map(ord, text.split()[0])) % 64 for text in texts]
        return np.eye(64, dtype=np.float32)[directions]

    def list_terms(self, text: str) -> list[str]:
        """Return the words."""
        return text.lower().split()

    def list_missing_words(self, text: str) -> list[str]:
        """Return the words that the one document does not have."""
        return [word for word in text.lower().split() if word not in TEXT.lower()]

    def check_readiness(self) -> Mapping[str, bool]:
        """Return what the test has set."""
        return self.legs

    def find_fault(self) -> str | None:
        """Return what the test has set."""
        return self.fault

    def record_damage(self, error: Exception) -> None:
        """Return it from now on."""
        self.fault = str(error)

    def _answer(self, request: Request) -> Answer:
        retrieval = Retrieval((Leg("dense", True, 50), Leg("lexical", True, 50)), self.degraded, "g1")
        found = Answer(
            question=request.question,
            searched_as=request.question,
            status=Status.ANSWERED,
            confidence=0.97,
            reason=None,
            answer=_words(AnswerKind.SPAN, 0.91),
            passages=tuple(
                replace(
                    _passage(request.explain), score=score, rank=rank, copies=self.copies, copies_total=len(self.copies)
                )
                for rank, score in enumerate(self.scores, 1)
            ),
            retrieval=retrieval,
            took_ms=1.5,
        )
        if "capital" in request.question:
            return replace(found, status=Status.NOT_FOUND, confidence=0.03, reason=Reason.UNKNOWN_WORDS, answer=None)
        if "thanks" in request.question:
            return replace(found, status=Status.NOT_FOUND, confidence=0.0, reason=Reason.NO_CONTENT_WORDS, answer=None)
        if "perhaps" in request.question:
            other = f"{request.question} (Blame! film)"
            sentence = _words(AnswerKind.SENTENCE, 0.36)
            return replace(
                found,
                status=Status.UNSURE,
                confidence=0.4,
                reason=Reason.WEAK_MATCH,
                searched_as=other,
                answer=sentence,
            )
        if "somewhere" in request.question:
            return replace(found, answer=_words(AnswerKind.PASSAGE, 0.13))
        return found


class OneDocument:
    """One document."""

    # Without a folder: it was read from no file.
    originals = Originals(Path("no generation"), "")
    collection, source = NO_INFO, "films"
    info = DocumentInfo(DOCUMENT, TITLE, "ab" * 32, len(TEXT), 1, {"licence": "CC BY-SA 4.0", "weight": float("nan")})

    @property
    def document_count(self) -> int:
        """One."""
        return 1

    folder_count = 1

    @property
    def documents(self) -> Documents:
        """The document as an index has it."""
        return Documents.build([Document(DOCUMENT, TEXT, TITLE, self.info.metadata)])

    def list_documents(self, offset: int, limit: int, chosen: Selection = EVERYTHING) -> Sequence[DocumentInfo]:
        """Return a part of the list of one."""
        return [self.info][: self.count_documents(chosen)][offset : offset + limit]

    def list_titles(self) -> Sequence[str]:
        """Return the title of the one document."""
        return [TITLE]

    def list_headings(self, limit: int) -> Sequence[str]:
        """Return the heading of its passage."""
        return ["Film"]

    @property
    def left_out(self) -> LeftOut:
        """What a build of one document left out: nothing."""
        return LeftOut(Path("no generation"), SimpleNamespace(generation="g1", problems=()))  # type: ignore[arg-type]

    def search_documents(
        self, limit: int, search: DocumentSearch, facets: Sequence[str] = (), offset: int = 0
    ) -> DocumentList:
        """Return the one document if it is searched."""
        found = find_documents(self.documents, search.chosen, search.title)
        total = 1 if found is None else len(found)
        listed = (self.info,)[:total][offset : offset + limit]
        return DocumentList(total, offset, limit, listed, self.count_facets(facets, search.chosen))

    def has_field(self, field: str) -> bool:
        """Return whether the document may have the field."""
        return field in self.list_fields()

    def list_fields(self) -> list[str]:
        """Return the standard fields and its own."""
        return list(dict.fromkeys([*STANDARD_FIELDS, *self.documents.fields.names]))

    def count_facets(self, fields: Sequence[str], chosen: Selection = EVERYTHING) -> dict[str, list[FacetValue]]:
        """Return the values of the one document, unless the filter leaves it out."""
        found = self.documents.fields[0] if self.count_documents(chosen) else {}
        return {name: [FacetValue(value, 1) for value in found.get(name, ())] for name in fields}

    def get_text(self, document: str) -> DocumentText | None:
        """Return the one document without its passage."""
        return DocumentText(self.info, TEXT) if document == DOCUMENT else None

    def get_headings(self, document: str) -> Sequence[Heading]:
        """Return none: it is plain text."""
        return ()

    def get_pages(self, document: str) -> Sequence[int]:
        """Return none: it was not read from a PDF."""
        return ()

    def get_document(self, document: str, part: Span | None = None) -> DocumentContent | None:
        """Return the one document."""
        text = TEXT[part.start : part.end] if part else TEXT
        span = PassageSpan(f"{DOCUMENT}#22-{len(TEXT)}", 22, len(TEXT), "Film", PassageKind.BODY, None)
        return DocumentContent(self.info, text, (span,)) if document == DOCUMENT else None

    def match_documents(self, pattern: str) -> bool:
        """Return whether the pattern matches the one id."""
        return fnmatchcase(DOCUMENT, pattern)

    def count_documents(self, chosen: Selection) -> int:
        """Return whether the filter lets the one document through, as a number."""
        found = self.documents.select(chosen.documents, chosen.filter)
        return 1 if found is None else len(found)

    def describe_index(self) -> IndexInfo:
        """Return an invented index."""
        return IndexInfo("g1", "2026-11-23T00:00:00Z", 1, 1, 3, "model", "f" * 64, {"stemmer": "english"})


def _slice(span: Span) -> str:
    return TEXT[span.start : span.end]


def _words(kind: AnswerKind, confidence: float) -> AnswerText:
    shown = NAME if kind is AnswerKind.SPAN else SENTENCE
    quote, sentence = (Quote(_slice(span), span.start, span.end) for span in (shown, SENTENCE))
    return AnswerText(quote.text, DOCUMENT, quote.start, quote.end, sentence, kind, confidence, (quote,))


def _passage(explain: bool) -> AnswerPassage:
    return AnswerPassage(
        rank=1,
        id=f"{DOCUMENT}#22-{len(TEXT)}",
        score=0.97,
        text=TEXT[22:],
        heading="Film",
        document=Source(DOCUMENT, TITLE, OneDocument.info.sha256),
        start=22,
        end=len(TEXT),
        evidence=(SENTENCE,),
        explanation=Explanation(0.8, 1, 12.5, 1, 0.9) if explain else None,
    )


def is_short_when_trimmed(value: object) -> bool:
    """Whether a question in this JSON is too long as it is, and not too long without the white space at its ends.

    The server trims before it measures; JSON Schema cannot say that.
    """
    if isinstance(value, dict):
        return any(map(is_short_when_trimmed, value.values()))
    if isinstance(value, list):
        return any(map(is_short_when_trimmed, value))
    return isinstance(value, str) and len(value.strip()) <= MAX_QUESTION_CHARS < len(value)

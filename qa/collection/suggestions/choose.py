"""Overgenerate questions from sentences, then keep those that the engine answers with the very words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, takewhile, zip_longest
from math import gcd

import regex

from index.text.sentences import PunctuatedNames, split_into_sentences
from index.types import PassageKind, Span
from qa.collection.catalog import Catalog, DocumentContent, PassageSpan
from qa.collection.suggestions.templates import generate_questions
from qa.engine import Engine
from qa.reader import NONE
from qa.types import Answer, AnswerKind, AnswerText, Mode, Request, Status

# Five are shown on the welcome page, the others if they are near a question that found nothing.
MAX_SUGGESTIONS = 12
# A large collection must not take longer than a small one, and no document may crowd out the others.
MAX_PASSAGES, MAX_PASSAGES_PER_DOCUMENT = 4000, 40
# Reading ends with this number of candidate questions.
MAX_CANDIDATES = 72
# Candidates that are asked in mode ``fast``; of those that it answers, twice MAX_SUGGESTIONS are asked in ``precise``.
MAX_TRIED = 36
# Passages around an answer whose sentences may give the next question.
MAX_PASSAGES_NEAR = 6
# Characters: a question must be readable at a glance.
MAX_LENGTH = 90
# Questions that are asked together: few, so that a server that stops need not wait long.
ASKED_TOGETHER = 4

# Of the words: a question that is shown to everybody must be answered rightly.
MIN_CONFIDENCE = 0.75
WORD = regex.compile(r"[\p{L}\p{N}]+")

Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that the sentence at ``span`` of a document answers with the words ``answer``.

    ``kind`` is its question word.
    """

    question: str
    kind: str
    document: str
    heading: str | None
    span: Span
    answer: str


def suggest_questions(
    engine: Engine, is_stopped: Stop = lambda: False, max_suggestions: int = MAX_SUGGESTIONS
) -> tuple[Suggestion, ...]:
    """Return questions of several kinds and places; the same collection gives the same questions.

    Each is answered in mode ``precise`` with certainty by the words that it was made for. Empty if no sentence has a
    known form, as in languages other than English. Ends early once ``is_stopped`` returns True.
    """
    found = _interleave_kinds(islice(_generate_candidates(engine.catalog, is_stopped), MAX_CANDIDATES))
    found = _interleave_kinds(_keep_answered(engine, found[:MAX_TRIED], "fast", is_stopped))
    return tuple(
        _interleave_kinds(_keep_answered(engine, found[: 2 * max_suggestions], "precise", is_stopped))[:max_suggestions]
    )


def suggest_follow_ups(engine: Engine, document: str, place: Span, max_suggestions: int) -> tuple[Suggestion, ...]:
    """Return questions of the sentences around a place of a document, which do not ask for that place again.

    Asks the engine a few questions at most; meant for after an answer. Empty if the document is not indexed.
    """
    content = engine.catalog.get_document(document)
    body = [one for one in content.passages if one.kind is PassageKind.BODY] if content else []
    near = sorted(body, key=lambda one: max(one.start - place.end, place.start - one.end))[:MAX_PASSAGES_NEAR]
    found = [one for passage in near for one in _ask_passage(content, passage)] if content else []
    new = {one.question: one for one in found if not one.span.overlaps(place) and len(one.question) <= MAX_LENGTH}
    tried = _interleave_kinds(new.values())[: 2 * max_suggestions]
    return tuple(_keep_answered(engine, tried, "precise", lambda: False)[:max_suggestions])


def _generate_candidates(catalog: Catalog, is_stopped: Stop) -> Iterator[Suggestion]:
    """Yield every question of a sample of the collection, each once."""
    seen: set[str] = set()
    for document, passage in takewhile(lambda _: not is_stopped(), islice(_sample_passages(catalog), MAX_PASSAGES)):
        for candidate in _ask_passage(document, passage):
            if len(candidate.question) <= MAX_LENGTH and candidate.question not in seen:
                seen.add(candidate.question)
                yield candidate


def _sample_passages(catalog: Catalog) -> Iterator[tuple[DocumentContent, PassageSpan]]:
    """Yield passages of all documents in an order that covers every region, however early it is cut off."""
    for place in _scatter_numbers(catalog.document_count):
        document = catalog.get_document(catalog.list_documents(place, 1)[0].id)
        if document:
            body = [passage for passage in document.passages if passage.kind is PassageKind.BODY]
            numbers = islice(_scatter_numbers(len(body)), MAX_PASSAGES_PER_DOCUMENT)
            yield from ((document, body[number]) for number in numbers)


def _scatter_numbers(count: int) -> Iterator[int]:
    """Yield every number below ``count`` once, each far from those before it: multiples of the golden section."""
    step = round(count * 0.618)
    while step > 1 and gcd(step, count) > 1:
        step -= 1
    return (number * max(1, step) % count for number in range(count))


def _ask_passage(document: DocumentContent, passage: PassageSpan) -> Iterator[Suggestion]:
    text = document.text
    for span in split_into_sentences(text, _skip_heading(text, passage), _learn_names(text)):
        for one in generate_questions(text[span.start : span.end]):
            yield Suggestion(one.text, one.kind, document.info.id, passage.heading, span, one.answer)


# The passages of a document come one after the other, so one entry is enough.
@lru_cache(maxsize=1)
def _learn_names(text: str) -> PunctuatedNames:
    return PunctuatedNames.learn_from([text])


def _skip_heading(text: str, passage: PassageSpan) -> Span:
    """Return the passage without its heading if that runs into the first sentence."""
    heading = passage.heading or ""
    runs_in = bool(heading) and text.startswith(f"{heading} ", passage.start, passage.end)
    return Span(passage.start + len(heading) * runs_in, passage.end)


def _keep_answered(engine: Engine, suggestions: Sequence[Suggestion], mode: Mode, is_stopped: Stop) -> list[Suggestion]:
    """Return those that are answered by their own sentence, in mode precise by their own words, the surest first."""
    answers: list[Answer] = []
    for first in takewhile(lambda _: not is_stopped(), range(0, len(suggestions), ASKED_TOGETHER)):
        batch = suggestions[first : first + ASKED_TOGETHER]
        answers += engine.ask_many([Request(one.question, top_k=1, mode=mode) for one in batch])
    pairs = sorted(zip(suggestions, answers, strict=False), key=lambda pair: -pair[1].confidence)
    return [
        one for one, answer in pairs if _is_answered(one, answer, by_words=mode == "precise" and engine.reader != NONE)
    ]


def _is_answered(suggestion: Suggestion, answer: Answer, by_words: bool) -> bool:
    """Return whether the sentence of a suggestion answers it, and if asked for, surely and with the words it is for."""
    found = answer.headline
    return (
        answer.status is Status.ANSWERED
        and answer.searched_as == suggestion.question
        and found is not None
        and found.document == suggestion.document
        and suggestion.span.overlaps(Span(found.start, found.end))
        and (not by_words or (found.confidence >= MIN_CONFIDENCE and _has_words(suggestion, found)))
    )


def _has_words(suggestion: Suggestion, found: AnswerText) -> bool:
    """Return whether an answer has a word of what the suggestion asks for; a definition may be put in other words."""
    if suggestion.kind == "What":
        return True
    shown = {word.casefold() for quote in found.spans for word in WORD.findall(quote.text)}
    return found.kind is AnswerKind.SPAN and not shown.isdisjoint(map(str.casefold, WORD.findall(suggestion.answer)))


def _interleave_kinds(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Return one question of each kind in turn; within a kind, sections take turns as well."""
    kinds: defaultdict[str, list[Suggestion]] = defaultdict(list)
    for one in suggestions:
        kinds[one.kind].append(one)
    ordered = [_interleave_sections(some) for some in kinds.values()]
    return [one for row in zip_longest(*ordered) for one in row if one]


def _interleave_sections(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    seen: Counter[tuple[str, str | None]] = Counter()

    def take_turn(one: Suggestion) -> int:
        section = (one.document, one.heading)
        seen[section] += 1
        return seen[section]

    return sorted(suggestions, key=take_turn)

"""Which of the questions that could be asked are worth asking: those that the engine itself answers well."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, zip_longest
from math import gcd

from index.text.sentences import PunctuatedNames, split_into_sentences
from index.types import PassageKind, Span
from qa.collection.catalog import DocumentView, PassageSpan
from qa.collection.protocols import Asks, Lists
from qa.collection.suggestions.templates import questions
from qa.collection.suggestions.types import Suggestion
from qa.types import Answer, Mode, Request, Status

MOST = 12
"""Questions that are kept: five are shown first, the others where they are near to what was asked in vain."""
PASSAGES, OF_ONE = 4000, 40
"""Read at most, of all documents and of one: a large collection takes no longer than a small one."""
POSSIBLE = 72
"""Questions with which reading ends."""
TRIED = 36
"""Of them that are put to the engine in mode ``fast``; twice ``MOST`` of what is left in mode ``precise``."""
LONGEST = 90
"""Characters: a question is to be read at a glance."""


def suggest(engine: Asks, most: int = MOST) -> tuple[Suggestion, ...]:
    """At most so many questions, of several kinds and places; the same collection gives the same ones.

    Each is answered in mode ``precise`` by the very sentence that it was made of. Empty for texts of
    which no sentence has a form that we know, such as those in other languages than English.
    """
    found = _varied(islice(_possible(engine.catalog), POSSIBLE))
    found = _varied(_answered(engine, found[:TRIED], "fast"))
    return tuple(_varied(_answered(engine, found[: 2 * most], "precise"))[:most])


def _possible(catalog: Lists) -> Iterator[Suggestion]:
    """Every question of a sample of the collection, each once."""
    seen: set[str] = set()
    for view, passage in islice(_sample(catalog), PASSAGES):
        for one in _of_passage(view, passage):
            if len(one.question) <= LONGEST and one.question not in seen:
                seen.add(one.question)
                yield one


def _sample(catalog: Lists) -> Iterator[tuple[DocumentView, PassageSpan]]:
    """Passages of all documents in an order that leaves no region out, however early it is cut off."""
    for place in _scattered(catalog.document_count):
        view = catalog.document(catalog.documents(place, 1)[0].id)
        if view:
            body = [passage for passage in view.passages if passage.kind is PassageKind.BODY]
            yield from ((view, body[number]) for number in islice(_scattered(len(body)), OF_ONE))


def _scattered(count: int) -> Iterator[int]:
    """Every number below ``count`` once, each far from those before it: multiples of the golden section."""
    step = round(count * 0.618)
    while step > 1 and gcd(step, count) > 1:
        step -= 1
    return (number * max(1, step) % count for number in range(count))


def _of_passage(view: DocumentView, passage: PassageSpan) -> Iterator[Suggestion]:
    for span in split_into_sentences(view.text, _below_heading(view.text, passage), _names(view.text)):
        for kind, question in questions(view.text[span.start : span.end]):
            yield Suggestion(question, kind, view.info.id, passage.heading, span)


@lru_cache(maxsize=1)
def _names(text: str) -> PunctuatedNames:
    """For all passages of a document in turn."""
    return PunctuatedNames.learn_from([text])


def _below_heading(text: str, passage: PassageSpan) -> Span:
    """The passage without its heading where that runs into the first sentence."""
    heading = passage.heading or ""
    runs_in = bool(heading) and text.startswith(f"{heading} ", passage.start, passage.end)
    return Span(passage.start + len(heading) * runs_in, passage.end)


def _answered(engine: Asks, suggestions: Sequence[Suggestion], mode: Mode) -> list[Suggestion]:
    """Those whose answer stands where it should, the surest first."""
    answers = engine.ask_many([Request(one.question, top_k=1, mode=mode) for one in suggestions])
    pairs = sorted(zip(suggestions, answers, strict=True), key=lambda pair: -pair[1].confidence)
    return [one for one, answer in pairs if _stands(one, answer)]


def _stands(suggestion: Suggestion, answer: Answer) -> bool:
    found = answer.answer
    return (
        answer.status is Status.ANSWERED
        and answer.searched_as == suggestion.question
        and found is not None
        and found.document == suggestion.document
        and suggestion.span.overlaps(Span(found.start, found.end))
    )


def _varied(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """In turn one of each kind; within a kind, each place gives its second question after the first of all others."""
    kinds: defaultdict[str, list[Suggestion]] = defaultdict(list)
    for one in suggestions:
        kinds[one.kind].append(one)
    ordered = [_in_turn(some) for some in kinds.values()]
    return [one for row in zip_longest(*ordered) for one in row if one]


def _in_turn(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    times: defaultdict[tuple[str, str | None], int] = defaultdict(int)
    numbered = []
    for one in suggestions:
        numbered.append((times[one.document, one.heading], one))
        times[one.document, one.heading] += 1
    return [one for _, one in sorted(numbered, key=lambda pair: pair[0])]

"""The handbooks as training questions: their passages are cut as in an index, with title and heading above each."""

from collections.abc import Iterator, Sequence
from functools import cache

from benchmarks.handbooks import SOURCE, HandbookQuestion, load_handbook_questions, load_handbooks
from benchmarks.training.reader.questions import ReadingQuestion
from index.settings import IndexSettings
from index.text.chunking import CountTokens, split_into_passages
from index.text.searchable_text import build_context
from index.text.sentences import PunctuatedNames
from index.types import Document, Passage, Span

# Passages of the default size and longer ones, so that more of a table or a rule with its exception is in one.
PASSAGE_CHARS = (500, 900)


def read_handbooks(count: CountTokens, max_tokens: int) -> Iterator[ReadingQuestion]:
    """Yield every question with the passage that answers, or that only seems to, once for each size of passages.

    An answer that lies across the border of two passages is left out.
    """
    names = PunctuatedNames.learn_from(document.text for document in load_handbooks().values())

    @cache
    def split(document: str, chars: int) -> Sequence[Passage]:
        sizes = IndexSettings(passage_chars=chars).chunk_sizes(max_tokens)
        return split_into_passages(load_handbooks()[document], names, sizes, count)

    for one in load_handbook_questions():
        for chars in PASSAGE_CHARS:
            yield from _place_question(one, split(one.document.id, chars))


def _place_question(one: HandbookQuestion, passages: Sequence[Passage]) -> Iterator[ReadingQuestion]:
    judgement, document = one.judgement, one.document
    for gold in judgement.evidence or judgement.near:
        passage = next((p for p in passages if p.start <= gold.span.start and gold.span.end <= p.end), None)
        if passage is None or gold.document != document.id:
            continue
        # The first of several accepted answers is the best one; of a list, each may be a part of it.
        wanted = judgement.answers if judgement.parts else judgement.answers[:1]
        answers = tuple(_find_answers(document, gold.span, wanted, passage))
        if judgement.evidence and not answers:
            continue
        yield ReadingQuestion(
            source=SOURCE,
            article=f"{SOURCE}/{document.id}",
            title=build_context(document.title, passage.heading or ""),
            context=document.text[passage.start : passage.end],
            question=judgement.question,
            answers=answers,
            relevant=bool(answers),
        )


def _find_answers(document: Document, quote: Span, answers: Sequence[str], passage: Passage) -> Iterator[Span]:
    """Yield the place of each accepted answer inside the quote, as offsets in the passage."""
    for answer in answers:
        start = document.text.find(answer, quote.start, quote.end)
        if start >= 0:
            yield Span(start - passage.start, start - passage.start + len(answer))

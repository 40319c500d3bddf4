"""What is shown as the answer by itself, its headline, and whether it is right.

Words are right if they are those of an expected answer, nearly, or equivalent (``reading.are_right``). A sentence is
not compared with words that it may hold among twenty others: it is right if its place is one that answers and the
expected words, if known, are in it. A passage without a headline claims nothing that could be wrong.
"""

from collections.abc import Iterator, Sequence

from index.types import Span
from qa.evaluation.measures.reading import are_right, normalize_answer
from qa.evaluation.types import Judgement, SystemReply
from qa.types import AnswerKind, Status


def is_shown_as(reply: SystemReply, kind: AnswerKind) -> bool:
    """Return whether the question is answered this way: with words, a sentence, or passages without a headline."""
    if reply.status is Status.NOT_FOUND:
        return False
    return (AnswerKind.PASSAGE if reply.answer is None else reply.kind) is kind


def is_headline_right(judgement: Judgement, reply: SystemReply) -> bool:
    """Return whether the words, or those withheld, are right, or whether the sentence is one that answers."""
    if reply.kind is AnswerKind.SENTENCE and _holds_answer(reply.answer, judgement.answers):
        for document, span in _list_places(reply):
            if any(gold.document == document and gold.span.overlaps(span) for gold in judgement.evidence):
                return True
    return are_right(reply.best_words, judgement.answers, judgement.question)


def _holds_answer(sentence: str | None, answers: Sequence[str]) -> bool:
    """Return whether the words of an expected answer are in the sentence, one after another; True if none are known."""
    # Evidence may be a whole row or paragraph, of which the sentence only touches the beginning.
    words = f" {normalize_answer(sentence or '')} "
    return not answers or any(f" {normalize_answer(answer)} " in words for answer in answers)


def _list_places(reply: SystemReply) -> Iterator[tuple[str, Span]]:
    """Yield the place of the headline, and those in the copies of its passage."""
    if reply.place is None:
        return
    yield reply.place
    for best in reply.passages[:1]:
        for document, copy in best.copies:
            shift = copy.start - best.span.start
            yield document, Span(reply.place[1].start + shift, reply.place[1].end + shift)

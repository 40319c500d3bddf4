"""What is shown as the answer by itself, its headline, and whether it is right.

Words are right if they are those of an expected answer, or nearly. A sentence is not compared with words that it may
hold among twenty others: it is right if it is one that answers, by its place. A passage without a headline claims
nothing that could be wrong.
"""

from collections.abc import Iterator

from index.types import Span
from qa.evaluation.measures.reading import are_right
from qa.evaluation.types import Judgement, SystemReply
from qa.types import AnswerKind, Status


def is_shown_as(reply: SystemReply, kind: AnswerKind) -> bool:
    """Return whether the question is answered this way: with words, a sentence, or passages without a headline."""
    if reply.status is Status.NOT_FOUND:
        return False
    return (AnswerKind.PASSAGE if reply.answer is None else reply.kind) is kind


def is_headline_right(judgement: Judgement, reply: SystemReply) -> bool:
    """Return whether the words, or those withheld, are right, or whether the sentence is one that answers."""
    if reply.kind is AnswerKind.SENTENCE:
        for document, span in _list_places(reply):
            if any(gold.document == document and gold.span.overlaps(span) for gold in judgement.evidence):
                return True
    return are_right(reply.best_words, judgement.answers)


def _list_places(reply: SystemReply) -> Iterator[tuple[str, Span]]:
    """Yield the place of the headline, and those in the copies of its passage."""
    if reply.place is None:
        return
    yield reply.place
    for best in reply.passages[:1]:
        for document, copy in best.copies:
            shift = copy.start - best.span.start
            yield document, Span(reply.place[1].start + shift, reply.place[1].end + shift)

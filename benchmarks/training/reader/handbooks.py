"""The handbooks as training questions: their passages are cut as in an index, with title and heading above each."""

from collections.abc import Iterator, Sequence
from functools import cache

from benchmarks.handbooks import SOURCE, find_answers, find_document, load_handbook_judgements, load_handbooks
from benchmarks.open_sets import ReadingQuestion
from benchmarks.splits import Part, assign_part
from index.settings import IndexSettings
from index.text.chunking import CountTokens, split_into_passages
from index.text.searchable_text import build_context
from index.text.sentences import PunctuatedNames
from index.types import Document, Passage, Span
from qa.evaluation.types import Judgement

# Passages of the default size and longer ones, so that more of a table or a rule with its exception is in one.
PASSAGE_CHARS = (500, 900)


def read_handbooks(part: Part, count: CountTokens, max_tokens: int) -> Iterator[ReadingQuestion]:
    """Yield every question of a part with the passage that answers, or only seems to, for each size of passages.

    An answer that lies across the border of two passages is left out.
    """
    names = PunctuatedNames.learn_from(document.text for document in load_handbooks().values())

    @cache
    def split(document: str, chars: int) -> Sequence[Passage]:
        sizes = IndexSettings(passage_chars=chars).chunk_sizes(max_tokens)
        return split_into_passages(load_handbooks()[document], names, sizes, count)

    for judgement in load_handbook_judgements():
        document = load_handbooks()[find_document(judgement)]
        if assign_part(SOURCE, document.id) is part:
            for chars in PASSAGE_CHARS:
                yield from _place_question(judgement, document, split(document.id, chars))


def _place_question(judgement: Judgement, document: Document, passages: Sequence[Passage]) -> Iterator[ReadingQuestion]:
    answers = list(find_answers(judgement, document))
    # The first of several accepted answers is the best one; of a list, each may be a part of it.
    wanted = answers if judgement.parts else answers[:1]
    places = wanted or [gold.span for gold in judgement.near if gold.document == document.id]
    for passage in passages:
        inside = [place for place in places if passage.start <= place.start and place.end <= passage.end]
        if inside:
            moved = (Span(place.start - passage.start, place.end - passage.start) for place in inside)
            yield ReadingQuestion(
                source=SOURCE,
                article=f"{SOURCE}/{document.id}",
                title=build_context(document.title, passage.heading or ""),
                context=document.text[passage.start : passage.end],
                question=judgement.question,
                answers=tuple(moved) if judgement.answerable else (),
                relevant=judgement.answerable,
            )

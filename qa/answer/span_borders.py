"""From the words that a reader chose to words that respect the text.

A reader's span begins and ends at tokens. Here its ends move to the borders that the text has: whole words, numbers
with their units, names, table cells, list items and commands; no mark or function word that is not needed. Offsets
stay exact.
"""

from collections.abc import Callable, Sequence

from index.types import Span
from qa.answer.borders.clauses import cut_to_sentence, drop_dangling_words, drop_leading_words, widen_to_clause
from qa.answer.borders.code import find_code_line, is_code, widen_to_code
from qa.answer.borders.layout import cut_to_block, cut_to_blocks, widen_to_cells, widen_to_item
from qa.answer.borders.marks import balance_marks, strip_marks
from qa.answer.borders.names import widen_to_names
from qa.answer.borders.quantities import widen_to_quantities
from qa.answer.borders.words import has_content, trim_space, widen_to_words
from qa.types import QuestionForm

Step = Callable[[str, Span], Span]

CODE_STEPS: Sequence[Step] = (trim_space, widen_to_code)
# In this order: first where the span is, then what it tears, then what is at its ends.
STEPS: Sequence[Step] = (
    trim_space,
    widen_to_words,
    widen_to_code,
    cut_to_block,
    widen_to_cells,
    widen_to_item,
    cut_to_sentence,
    widen_to_quantities,
    widen_to_names,
    balance_marks,
    strip_marks,
    drop_dangling_words,
    drop_leading_words,
)
EXPLAINING_STEPS: Sequence[Step] = (
    trim_space,
    widen_to_words,
    widen_to_code,
    cut_to_block,
    widen_to_cells,
    widen_to_item,
    widen_to_quantities,
    widen_to_names,
    balance_marks,
    widen_to_clause,
    strip_marks,
    drop_dangling_words,
)
LISTING_STEPS: Sequence[Step] = tuple(
    cut_to_blocks if step is cut_to_block else step for step in STEPS if step is not cut_to_sentence
)
STEPS_OF_FORM = {
    QuestionForm.EXPLANATION: EXPLAINING_STEPS,
    QuestionForm.LIST: LISTING_STEPS,
    QuestionForm.YES_NO: tuple(step for step in EXPLAINING_STEPS if step is not widen_to_clause),
    QuestionForm.OTHER: STEPS,
}
# Two steps could move an end to and fro; nothing sensible takes more rounds.
MAX_ROUNDS = 8


def tidy_span(text: str, span: Span, form: QuestionForm, border: Span | None = None) -> Span | None:
    """Return the words of ``text`` meant by a reader's span, inside ``border``, or None if no word of it can answer.

    ``border`` is the passage; without it the text is. The result is the same if it is tidied again.
    """
    border = border or Span(0, len(text))
    passage = text[border.start : border.end]
    current = Span(max(span.start, border.start) - border.start, min(span.end, border.end) - border.start)
    seen: list[Span] = []
    while current not in seen:
        seen.append(current)
        current = _tidy_once(passage, current, STEPS_OF_FORM[form])
        if current.start >= current.end:
            return None
    # Of spans that lead to each other, the same one is chosen whichever was the first.
    current = min(seen[seen.index(current) :], key=lambda one: (one.start, one.end))
    if not (has_content(passage, current) or is_code(passage, current)):
        return None
    return Span(border.start + current.start, border.start + current.end)


def _tidy_once(text: str, span: Span, steps: Sequence[Step]) -> Span:
    if span.start < span.end and find_code_line(text, span):
        steps = CODE_STEPS
    for step in steps:
        if span.start >= span.end:
            break
        span = step(text, span)
    return span

"""From the words that a reader chose to words that respect the text.

A reader's span begins and ends at tokens. A span that is torn is mended: half a word, number, amount or name, a bracket
or quotation mark without its partner, a bullet, a prompt, a mark or function word at its ends, an amount without its
"at least". A span that is right stays as it is. Offsets stay exact.
"""

from index.types import Span
from qa.answer.borders.clauses import complete_name, drop_dangling_words, drop_leading_words
from qa.answer.borders.code import is_code_line, strip_prompt
from qa.answer.borders.layout import cut_to_blocks, cut_to_cells, is_whole_cell, strip_bullet
from qa.answer.borders.marks import balance_marks, strip_marks
from qa.answer.borders.quantities import complete_amount, include_limit
from qa.answer.borders.words import has_content, trim_space, widen_to_words

CODE_STEPS = (widen_to_words, strip_prompt, trim_space)
# In this order: first where the span is, then what is at its ends.
STEPS = (
    widen_to_words,
    cut_to_blocks,
    cut_to_cells,
    strip_bullet,
    complete_name,
    complete_amount,
    balance_marks,
    strip_marks,
    drop_dangling_words,
    drop_leading_words,
    include_limit,
    trim_space,
)
# A step may leave work for an earlier one. Spans that need more rounds are not mended.
MAX_ROUNDS = 8


def tidy_span(text: str, span: Span, border: Span | None = None) -> Span | None:
    """Return the words of ``text`` meant by a reader's span, inside ``border``, or None if no word of it can answer.

    ``border`` is the passage; without it the text is. The result is the same if it is tidied again.
    """
    border = border or Span(0, len(text))
    passage = text[border.start : border.end]
    inside = Span(max(span.start, border.start) - border.start, min(span.end, border.end) - border.start)
    tidied = _mend_span(passage, widen_to_words(passage, trim_space(passage, inside)))
    if not (has_content(passage, tidied) or is_whole_cell(passage, tidied)):
        return None
    return Span(border.start + tidied.start, border.start + tidied.end)


def _mend_span(text: str, span: Span) -> Span:
    """Return the span that all steps leave as it is, or the span itself if there is none after ``MAX_ROUNDS``."""
    current = span
    for _ in range(MAX_ROUNDS):
        before = current
        for step in CODE_STEPS if is_code_line(text, current) else STEPS:
            if current.start < current.end:
                current = step(text, current)
        if current == before or current.start >= current.end:
            return current
    return span

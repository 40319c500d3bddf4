"""The words of a question or an answer as they are written, for the rules of follow-ups."""

from dataclasses import dataclass

import regex

from index.languages import ENGLISH
from index.text.analyzer import fold_text

TOKEN_PATTERN = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’.&-][\p{L}\p{M}\p{N}]+)*")
CLAUSE_MARKS = frozenset(",.;:!?–—()\n")
SENTENCE_MARKS = frozenset(".!?:\n")
QUOTES = " \"'“”‘’(["


@dataclass(frozen=True, slots=True)
class Word:
    """A word: as written, folded, whether it is written like a name, and the marks up to the next word."""

    written: str
    folded: str
    is_name: bool
    marks: str

    @property
    def is_content(self) -> bool:
        """Whether the word is no stop word."""
        return self.folded not in ENGLISH.stop_words

    @property
    def is_number(self) -> bool:
        """Whether the word consists of digits."""
        return self.folded.isdigit()

    @property
    def is_vague(self) -> bool:
        """Whether the word does not say what a question is about."""
        return self.is_number or self.folded in ENGLISH.grammar.vague_words

    @property
    def is_past(self) -> bool:
        """Whether the word is written like the past of a verb: "directed", "made"."""
        return self.folded.endswith("ed") or self.folded in (*ENGLISH.past_tenses, *ENGLISH.past_participles)

    @property
    def singular(self) -> str:
        """The folded word without the ending of the plural."""
        return self.folded.removesuffix("s")

    @property
    def ends_clause(self) -> bool:
        """Whether a mark behind the word ends a clause."""
        return not CLAUSE_MARKS.isdisjoint(self.marks)

    @property
    def ends_sentence(self) -> bool:
        """Whether a mark behind the word ends a sentence."""
        return not SENTENCE_MARKS.isdisjoint(self.marks)


def split_written_words(text: str) -> list[Word]:
    """Return the words of a text in order; "it's" gives "it" and "is", and "Nihei's" gives "Nihei".

    A name is capitalised within a sentence, or at its beginning before another capitalised word; a
    text in capitals has none.
    """
    matches = list(TOKEN_PATTERN.finditer(text))
    words: list[Word] = []
    begins_sentence = True
    # Once: asked for each word, it would take time that grows with the square of the text.
    is_upper = text.isupper()
    for place, match in enumerate(matches):
        stop = matches[place + 1].start() if place + 1 < len(matches) else len(text)
        marks = text[match.end() : stop]
        written = match[0].removesuffix("'s").removesuffix("’s")
        folded = fold_text(written)
        is_name = written[0].isupper() and folded not in ENGLISH.stop_words and not is_upper
        if begins_sentence:
            is_name = is_name and text[stop : stop + 1].isupper() and not marks.strip(QUOTES)
        is_contraction = written != match[0] and folded in ENGLISH.stop_words
        words.append(Word(written, folded, is_name, "" if is_contraction else marks))
        if is_contraction:
            words.append(Word("is", "is", False, marks))
        begins_sentence = not SENTENCE_MARKS.isdisjoint(marks)
    return words

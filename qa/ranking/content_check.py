"""Whether a question says what to look for: ``thanks!``, ``😀`` and ``a`` have a nearest passage, but no answer.

A question has content if a word of it is no stop word, unless all of it is small talk. A few have content although
none is, and the collection tells them: a title or heading that consists of stop words ("The Who"), a word that is
written like a name ("Will", "IT"), a line that is quoted ("to be or not to be"), code ("--") and emoji.
"""

from collections.abc import Sequence

import regex

from index.generation.passages import Passages
from index.text.analyzer import split_into_words
from qa.ranking.fusion import Hit
from qa.types import Query

# Marks of code, and emoji: what is neither a word nor a mark that sentences have. One dash alone is such a mark.
SYMBOLS = regex.compile(r"""[^\p{L}\p{M}\p{N}\s.,;:!?…'"“”‘’()¿¡`]+""")
DASHES = frozenset("-–—")
CAPITALISED = regex.compile(r"\b\p{Lu}[\p{L}\p{M}]+\b")
# A name inside a sentence comes after a word in lower case, with at most a comma between them.
INSIDE_SENTENCE = r"\p{Ll},?\s+{name}\b"
# As many words may be a name, of which the first one counts too ("The Who", "Will?").
MAX_NAME_WORDS = 2
# As many words in the same order are a quotation, fewer are any sentence.
MIN_QUOTED_WORDS = 4


class ContentCheck:
    """Tells questions that have nothing to search for from those that name something of the collection."""

    def __init__(self, passages: Passages) -> None:
        """Read nothing yet."""
        self._passages = passages

    def has_content(self, query: Query, hits: Sequence[Hit]) -> bool:
        """Return whether the question has a content word, or names what one of the hits is about or says."""
        if query.content_terms:
            return True
        return any(self._names_passage(query.searched_as, hit.passage) for hit in hits)

    def _names_passage(self, question: str, position: int) -> bool:
        """Return whether the words of the question are a title, a name, a quotation or symbols of the passage."""
        words, text = _join_words(question), self._passages.get_text(position)
        heading, title = self._passages[position].heading or "", self._passages.get_title(position)
        return (
            any(_names_title(words, name) for name in map(_join_words, (title, heading)))
            or any(regex.search(INSIDE_SENTENCE.replace("{name}", name), text) for name in _find_names(question))
            or (len(words.split()) >= MIN_QUOTED_WORDS and words in _join_words(text))
            or any(symbol in text for symbol in SYMBOLS.findall(question) if symbol not in DASHES)
        )


def _names_title(words: str, title: str) -> bool:
    """Return whether a question is a title or holds one; a single stop word ("About") is in too many questions."""
    return (words == title and title.strip() != "") or (len(title.split()) > 1 and title in words)


def _find_names(question: str) -> list[str]:
    """Return the words that are written like names; at the beginning of a sentence every word is."""
    words = CAPITALISED.findall(question)
    is_sentence = len(question.split()) > MAX_NAME_WORDS
    return [word for word in words if word.isupper() or not (is_sentence and question.startswith(word))]


def _join_words(text: str) -> str:
    """Return the folded words with a space before and after each, so that whole words are found in them."""
    return f" {' '.join(split_into_words(text, joined=False))} "

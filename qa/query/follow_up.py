"""Follow-up questions: whether a question depends on the conversation, and which words it needs from there.

Tuned on CANARD (Elgohary et al. 2019, "Can You Unpack That?"): people who rewrite a follow-up add mostly
the names that the conversation is about, then what it began with and what was asked last.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from index.languages import ENGLISH
from index.text.analyzer import split_into_words
from qa.types import Turn

# The most frequent names and the first words of the conversation that are carried over, and how many words at most:
# more of them outweigh the question itself.
MAX_NAMES, MAX_FIRST_WORDS, MAX_CARRIED = 3, 5, 12
PUNCTUATION = "?.,;:()[]\"'“”‘’"
SENTENCE_ENDS = ".?!:"


def depends_on_history(question: str) -> bool:
    """Return whether a question cannot be understood alone.

    It refers to something ("it", "they", "then"), begins like a continuation ("and …"), or has at
    most one content word ("When?", "Who wrote?").
    """
    words = list(split_into_words(question))
    content = [word for word in words if word not in ENGLISH.stop_words]
    continues = question.casefold().lstrip().startswith(ENGLISH.follow_up_openers)
    return continues or len(content) <= 1 or not ENGLISH.referring_words.isdisjoint(words)


def carry_words(question: str, history: Sequence[Turn]) -> list[str]:
    """Return the words of the conversation that the question lacks, at most ``MAX_CARRIED``.

    The most frequent names come first, then the content words of the last question and of the first turn.
    """
    if not history:
        return []
    texts = [text for turn in history for text in (turn.question, turn.answer or "")]
    first, last = history[0], history[-1]
    names = [name for name, _ in Counter(name for text in texts for name in _find_names(text)).most_common(MAX_NAMES)]
    opening = _select_content_words(f"{first.question} {first.answer or ''}".split())[:MAX_FIRST_WORDS]
    candidates = [*names, *last.question.split(), *opening]
    return _select_content_words(candidates, frozenset(split_into_words(question)))[:MAX_CARRIED]


def _find_names(text: str) -> Iterator[str]:
    """Yield the capitalised words inside a sentence, or at its beginning before another capitalised one."""
    words = text.split()
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        inside = before and before[-1] not in SENTENCE_ENDS
        bare = word.strip(PUNCTUATION)
        if bare[:1].isupper() and bare.casefold() not in ENGLISH.stop_words and (inside or after[:1].isupper()):
            yield bare


def _select_content_words(words: Iterable[str], known: frozenset[str] = frozenset()) -> list[str]:
    """Return the words that are no stop words, without punctuation, each once, none of the ``known``."""
    seen = set(known | ENGLISH.stop_words)
    selected = []
    for word in words:
        bare = word.strip(PUNCTUATION)
        folded = list(split_into_words(bare))
        if folded and not seen.issuperset(folded):
            seen.update(folded)
            selected.append(bare)
    return selected

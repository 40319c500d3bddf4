"""What a question leaves unsaid because it was said before, and which words say it.

Tuned on CANARD (Elgohary et al. 2019, "Can You Unpack That?"): people who rewrite a follow-up add above all
the names that the conversation is about, then what it began with and what was asked last.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from index.languages import ENGLISH
from index.text.analyzer import split_into_words
from qa.types import Turn

NAMES, FROM_FIRST, MOST_CARRIED = 3, 5, 12
BESIDES = "?.,;:()[]\"'“”‘’"


def leans_on_history(question: str) -> bool:
    """Whether a question cannot be understood alone.

    It points ("it", "they", "then"), opens like a continuation ("and …"), or holds at most
    one content word ("When?", "Who wrote?").
    """
    folded = list(split_into_words(question))
    content = [word for word in folded if word not in ENGLISH.stop_words]
    opens = question.casefold().lstrip().startswith(ENGLISH.follow_up_openers)
    return opens or len(content) <= 1 or not ENGLISH.referring_words.isdisjoint(folded)


def carried(question: str, history: Sequence[Turn]) -> list[str]:
    """The words of the conversation that the question needs, none of its own, at most ``MOST_CARRIED``.

    The names said most, the matter of the last question, and that of the first turn.
    """
    if not history:
        return []
    said = [text for turn in history for text in (turn.question, turn.answer or "")]
    first, last = history[0], history[-1]
    names = [name for name, _ in Counter(name for text in said for name in _names(text)).most_common(NAMES)]
    begun = _matter(f"{first.question} {first.answer or ''}".split())[:FROM_FIRST]
    unsaid = _matter([*names, *last.question.split(), *begun], frozenset(split_into_words(question)))
    return unsaid[:MOST_CARRIED]


def _names(text: str) -> Iterator[str]:
    """Capitalised words inside a sentence, or at its beginning before another one."""
    words = text.split()
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        inside = before and before[-1] not in ".?!:"
        bare = word.strip(BESIDES)
        if bare[:1].isupper() and bare.casefold() not in ENGLISH.stop_words and (inside or after[:1].isupper()):
            yield bare


def _matter(words: Iterable[str], known: frozenset[str] = frozenset()) -> list[str]:
    """The words that carry matter, without the marks around them, each once, none of the ``known``."""
    seen = set(known | ENGLISH.stop_words)
    kept = []
    for word in words:
        bare = word.strip(BESIDES)
        folded = list(split_into_words(bare))
        if folded and not seen.issuperset(folded):
            seen.update(folded)
            kept.append(bare)
    return kept

"""Words that stand for something said before."""

from index.text.analyzer import split_into_words

PERSONS = frozenset(
    "he her hers herself him himself his it its itself she their theirs them themselves they this those these".split()
)
POINTERS = PERSONS | frozenset("that there then one ones same such".split())


def has_any(text: str, of: frozenset[str]) -> bool:
    """Whether the text has one of these words."""
    return any(word in of for word in split_into_words(text))

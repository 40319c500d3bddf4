"""What politeness wraps around a question, taken off: it says nothing about what is sought.

English alone; in other languages nothing is taken off and the rare words decide as before.
"""

import regex

from index.words import surface_words

PERSONS = frozenset(
    "he her hers herself him himself his it its itself she their theirs them themselves they this those these".split()
)
POINTERS = PERSONS | frozenset("that there then one ones same such".split())
ASKING = r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|can|could|would|will|has|have)"
BEFORE_WHICH = r"(?:on|in|at|by|from|to|for|with|of|under)"
HELLO = r"(?:hi|hello|hey|greetings|good (?:morning|afternoon|evening|day))(?: (?:there|all|everyone|again|team))?"
GREETING = rf"{HELLO}(?:\s*[,.!:;–—-]+\s*|\s+(?={ASKING}\b))"
POLITELY = r"(?:(?:please|kindly|just)\s+)?"
ME = r"(?:tell|show|remind|inform|let)\s+me(?:\s+know)?|explain(?:\s+to\s+me)?"
WRAPPINGS = (
    rf"{POLITELY}(?:can|could|would|will)\s+(?:you|anyone|anybody|someone)\s+{POLITELY}(?:{ME})",
    rf"{POLITELY}(?:{ME})",
    r"do\s+you\s+(?:happen\s+to\s+)?know",
    r"(?:i\s+(?:would|'d|’d)\s+|i['’]d\s+)(?:like|love)\s+to\s+(?:know|ask|find\s+out)",
    r"i\s+(?:want|need|wish)\s+to\s+(?:know|ask|find\s+out)",
    r"i\s*(?:am|['’]m|was)\s+(?:just\s+)?(?:wondering|curious)",
    r"(?:i\s+have\s+a\s+|(?:a\s+)?quick\s+)question",
)
MATTER = rf"(?:{BEFORE_WHICH}\s+)?{ASKING}\b|if\b|whether\b|about\b"
WRAPPING = rf"(?:{'|'.join(WRAPPINGS)})\s*[,:–—-]*\s+(?:please\s*[,:]?\s+)?(?={MATTER})"
BETWEEN = regex.compile(r"(?<=[.!?])\s+(?=\p{Lu})|(?<=[。！？])")
BEFORE = regex.compile(rf"^\s*(?:{GREETING})?(?:{WRAPPING})*", regex.IGNORECASE)
AFTER = regex.compile(
    r"(?:[\s,;.!?–—-]+(?:please|pls|thanks|thank\s+you|thx|cheers)"
    r"(?:\s+(?:a\s+lot|so\s+much|very\s+much|in\s+advance|for\s+(?:your|the)\s+help))*)+\s*[.!?]*\s*$",
    regex.IGNORECASE,
)


def points(question: str) -> bool:
    """Whether it has a word that stands for something said before."""
    return any(word in POINTERS for word in surface_words(question))


def asking(question: str) -> str:
    """Of a question among other sentences, those that ask, bare; all of it where none does or one points back."""
    asks = [bare(part) for part in BETWEEN.split(question) if part.endswith(("?", "？"))]
    back = any(word in PERSONS for part in asks for word in surface_words(part))
    return " ".join(asks) if asks and not back else question


def bare(question: str) -> str:
    """The question itself, its own mark kept; unchanged where nothing would be left of it."""
    start = BEFORE.match(question)
    rest = question[start.end() if start else 0 :]
    end = AFTER.search(rest)
    kept = rest[: end.start()] + ("?" if "?" in end[0] else "") if end else rest
    return kept.strip() if any(map(str.isalnum, kept)) else question

"""What politeness wraps around a question, taken off: it says nothing about what is sought.

English alone; in other languages nothing is taken off and the rare words decide as before.
"""

import regex

ASKING = r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|can|could|would|will|has|have)"
BEFORE_WHICH = r"(?:on|in|at|by|from|to|for|with|of|under)"
HELLO = r"(?:hi|hello|hey|greetings|good (?:morning|afternoon|evening|day))(?: (?:there|all|everyone|again|team))?"
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
# "Hello, Dolly!" is a name: after a comma or nothing at all a question must follow.
GREETING = rf"{HELLO}(?:\s*[.!]+\s*|[\s,:;–—-]+(?={ASKING}\b|{'|'.join(WRAPPINGS)}|i\b))"
BEFORE = regex.compile(rf"^\s*(?:{GREETING})?(?:{WRAPPING})*", regex.IGNORECASE)
# "Who sang Cheers?" asks for it: thanks stand behind a mark.
AFTER = regex.compile(
    r"(?:\s*[,;.!?–—-]+\s*(?:many\s+)?(?:please|pls|thanks|thank\s+you|thx|cheers)"
    r"(?:\s+(?:a\s+lot|so\s+much|very\s+much|in\s+advance|for\s+(?:your|the)\s+help))*)+\s*[.!?]*\s*$",
    regex.IGNORECASE,
)


def bare(question: str) -> str:
    """The question itself, its own mark kept; unchanged where nothing would be left of it."""
    start = BEFORE.match(question)
    rest = question[start.end() if start else 0 :]
    end = AFTER.search(rest)
    kept = rest[: end.start()] + ("?" if "?" in end[0] else "") if end else rest
    return kept.strip() if any(map(str.isalnum, kept)) else question

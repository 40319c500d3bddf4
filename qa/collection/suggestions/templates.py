"""Templates that turn sentences into questions; English only.

After Heilman & Smith 2010, "Good Question! Statistical Ranking for Question Generation": overgenerate by simple
rules, then rank. Here the engine itself is the ranker: a question that it does not answer with the sentence is dropped.
"""

from collections.abc import Iterator

import regex

from index.languages import ENGLISH

# Of a part that is copied into the question: a longer subject makes a question that nobody would ask.
MAX_WORDS = 7
DONE = rf"(?P<done>\p{{Ll}}+ed|{'|'.join(ENGLISH.past_participles)})"
BE = r"(?P<be>is|are|was|were)"
CAPITAL = r"\p{Lu}[\p{L}\p{N}.:!’'-]*"
NAME = rf"{CAPITAL}(?: (?:(?:of|the|de|von|van|and) )?{CAPITAL}){{0,4}}"
DID = rf"(?P<done>\p{{Ll}}{{3,}}ed|{'|'.join(ENGLISH.past_tenses)})"
DATE = r"(?:\p{Lu}\p{Ll}+ )?(?:\d{1,2},? )?(?:\p{Lu}\p{Ll}+ )?[12]\d{3}\b"
SUBJECT = r"(?P<subject>\p{Lu}[^,;()\"“”]*?)"
THING = r"(?P<subject>(?:The|An?) \p{L}[^,;()]*?)"
THEN = r"(?P<subject>\p{L}[^,;()]*?)"
OBJECT = rf"(?P<rest>(?:the|an?) \p{{Ll}}[^,;:()]*?|{NAME})"
HOW, GAP = r"(?:\p{Ll}+ly )?", r"(?:[^.;]*? )?"
REST = r"(?P<rest>\p{Ll}[^,;:()\"“”]*?)"
PLACED = rf"(?P<done>{'|'.join(ENGLISH.place_participles)})"
TO_END = r"(?=[,;.]| (?:in|at|on|with|during|after|before) |$)"
ASIDE = regex.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
ARTICLE = regex.compile(r"(?:the|an?) ", regex.IGNORECASE)
# A name is seldom plural before one of these: "Plans for a film were announced."
PLURAL = regex.compile(r"\p{Lu}\p{Ll}+s (?:for|of|to|about|on|in|from|with) ")

# Rows of a kind of question, the form of a sentence, and the question it answers, which names groups of the form.
TEMPLATES = (
    ("Who", rf"{SUBJECT} {BE} {DONE} by {NAME}", "Who {be} {subject} {done} by?"),
    ("Who", rf"{SUBJECT} {BE} \p{{Ll}}+ by {NAME} and {DONE} by {NAME}", "Who {be} {subject} {done} by?"),
    ("Who", rf"(?P<subject>{NAME}) {DID} {OBJECT}{TO_END}", "Who {done} {rest}?"),
    ("Who", rf"(?P<subject>The \p{{Ll}}[^,;:()]*?) {DID} {OBJECT}{TO_END}", "Who or what {done} {rest}?"),
    ("When", rf"{SUBJECT} {BE} {HOW}{DONE} {GAP}(?:in|on|since) {DATE}", "When {be} {subject} {done}?"),
    ("When", rf"(?:In|On|Since) {DATE}, {THEN} {BE} {DONE} {REST}{TO_END}", "When {be} {subject} {done} {rest}?"),
    ("Where", rf"{SUBJECT} {BE} {PLACED} (?:in|at|on) (?:the )?\p{{Lu}}\p{{L}}", "Where {be} {subject} {done}?"),
    ("What", rf"{SUBJECT} {BE} {DONE} as (?:an?|the) \p{{L}}", "What {be} {subject} {done} as?"),
    ("What", rf"{THING} {BE} (?:an?|the|one of) \p{{L}}", "What {be} {subject}?"),
    ("What", rf"(?P<subject>{NAME}) {BE} (?:an?|the|one of) \p{{L}}", "Who or what {be} {subject}?"),
)


def generate_questions(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of each question that a sentence answers; asides in brackets are ignored."""
    plain = " ".join(ASIDE.sub("", sentence).split())
    for kind, pattern, question in TEMPLATES:
        match = regex.match(pattern, plain)
        parts = match.groupdict() if match else {}
        if match and all(map(_stands_alone, parts.values())) and _has_content(parts["subject"]):
            yield kind, question.format_map(parts | {"subject": _lower_first(parts["subject"])})


def _stands_alone(part: str) -> bool:
    """Return whether a part is short and makes sense without its context."""
    words = part.casefold().replace(".", " ").split()
    return len(words) <= MAX_WORDS and ENGLISH.context_bound_words.isdisjoint(words)


def _has_content(subject: str) -> bool:
    """Return whether a subject has other words than stop words."""
    words = subject.casefold().split()
    opens = words[0] in ENGLISH.sentence_openers and not ARTICLE.match(subject)
    return not opens and any(word not in ENGLISH.stop_words for word in words)


def _lower_first(subject: str) -> str:
    """Return the subject as it is written within a sentence."""
    return subject[0].lower() + subject[1:] if ARTICLE.match(subject) or PLURAL.match(subject) else subject

"""Sentences turned into questions by the order of their words; English alone.

After Heilman & Smith 2010, "Good Question! Statistical Ranking for Question Generation": overgenerate by simple
rules, then rank. Here the engine itself is the ranker: a question that it does not answer with the sentence is dropped.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from index.languages import ENGLISH

MOST_WORDS = 7
"""Of what is asked about: a longer subject makes a question that nobody would ask."""
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


@dataclass(frozen=True, slots=True)
class Form:
    """How a sentence must begin and what is asked of it."""

    kind: str
    pattern: regex.Pattern[str]
    question: str


def _form(kind: str, pattern: str, question: str) -> Form:
    """``question`` names the groups of the pattern."""
    return Form(kind, regex.compile(pattern), question)


FORMS = (
    _form("Who", rf"{SUBJECT} {BE} {DONE} by {NAME}", "Who {be} {subject} {done} by?"),
    _form("Who", rf"{SUBJECT} {BE} \p{{Ll}}+ by {NAME} and {DONE} by {NAME}", "Who {be} {subject} {done} by?"),
    _form("Who", rf"(?P<subject>{NAME}) {DID} {OBJECT}{TO_END}", "Who {done} {rest}?"),
    _form("Who", rf"(?P<subject>The \p{{Ll}}[^,;:()]*?) {DID} {OBJECT}{TO_END}", "Who or what {done} {rest}?"),
    _form("When", rf"{SUBJECT} {BE} {HOW}{DONE} {GAP}(?:in|on|since) {DATE}", "When {be} {subject} {done}?"),
    _form("When", rf"(?:In|On|Since) {DATE}, {THEN} {BE} {DONE} {REST}{TO_END}", "When {be} {subject} {done} {rest}?"),
    _form("Where", rf"{SUBJECT} {BE} {PLACED} (?:in|at|on) (?:the )?\p{{Lu}}\p{{L}}", "Where {be} {subject} {done}?"),
    _form("What", rf"{SUBJECT} {BE} {DONE} as (?:an?|the) \p{{L}}", "What {be} {subject} {done} as?"),
    _form("What", rf"{THING} {BE} (?:an?|the|one of) \p{{L}}", "What {be} {subject}?"),
    _form("What", rf"(?P<subject>{NAME}) {BE} (?:an?|the|one of) \p{{L}}", "Who or what {be} {subject}?"),
)
"""What can be asked of one sentence; a new form is one row."""


def questions(sentence: str) -> Iterator[tuple[str, str]]:
    """Each kind of question and the question that a sentence answers, asides in brackets not counted."""
    plain = " ".join(ASIDE.sub("", sentence).split())
    for form in FORMS:
        match = form.pattern.match(plain)
        parts = match.groupdict() if match else {}
        if match and all(map(_plain, parts.values())) and _tells(parts["subject"]):
            yield form.kind, form.question.format_map(parts | {"subject": _inside(parts["subject"])})


def _plain(part: str) -> bool:
    """Whether it is short and understood without what was said before it."""
    words = part.casefold().replace(".", " ").split()
    return len(words) <= MOST_WORDS and ENGLISH.context_bound_words.isdisjoint(words)


def _tells(subject: str) -> bool:
    """Whether a subject is more than words of grammar."""
    words = subject.casefold().split()
    opens = words[0] in ENGLISH.sentence_openers and not ARTICLE.match(subject)
    return not opens and any(word not in ENGLISH.stop_words for word in words)


def _inside(subject: str) -> str:
    """As it is written in the middle of a sentence."""
    return subject[0].lower() + subject[1:] if ARTICLE.match(subject) or PLURAL.match(subject) else subject

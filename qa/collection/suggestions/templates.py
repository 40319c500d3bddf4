"""Templates that turn sentences into questions as people ask them; English only.

After Heilman & Smith 2010, "Good Question! Statistical Ranking for Question Generation": overgenerate by simple
rules, then rank. Here the engine itself is the ranker: of each question it is known which words of the sentence answer
it, and a question for which the engine shows other words is dropped (round-trip consistency; Alberti et al. 2019,
"Synthetic QA Corpora Generation with Roundtrip Consistency").
"""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from index.languages import ENGLISH

# Of a part that is copied into the question: a longer subject makes a question that nobody would ask.
MAX_WORDS = 7
DONE = rf"(?P<done>\p{{Ll}}+ed|{'|'.join(ENGLISH.past_participles)})"
# Those whose simple past is known, for "Who wrote …?" of "was written by".
MADE = rf"(?P<done>\p{{Ll}}{{2,}}ed|{'|'.join(ENGLISH.pasts_of_participles)})"
BE = r"(?P<be>is|are|was|were)"
WAS = r"(?P<be>was|were)"
CAPITAL = r"\p{Lu}[\p{L}\p{N}.:!’'-]*"
NAME = rf"{CAPITAL}(?: (?:(?:of|the|de|von|van|and) )?{CAPITAL}){{0,4}}"
BY = rf"(?P<answer>{NAME})"
DID = rf"(?P<done>\p{{Ll}}{{3,}}ed|{'|'.join(ENGLISH.past_tenses)})"
DATE = r"(?P<answer>(?:\p{Lu}\p{Ll}+ )?(?:\d{1,2},? )?(?:\p{Lu}\p{Ll}+ )?[12]\d{3}\b)"
# Nobody asks when "a second edition" was printed: it is not known yet which one.
SUBJECT = r"(?P<subject>(?!An? )\p{Lu}[^,;()\"“”]*?)"
# A thing that a reader may not know: it has a name, or two words at least.
THING = r"(?P<subject>(?:The|An?) (?:\p{L}+ ){0,2}\p{Lu}[\p{L}\p{N}-]*|(?:The|An?) \p{Ll}+ \p{Ll}+)"
THEN = r"(?P<subject>\p{L}[^,;()]*?)"
OBJECT = rf"(?P<rest>(?:the|an?) \p{{Ll}}[^,;:()]*?|{NAME})"
HOW, GAP = r"(?:\p{Ll}+ly )?", r"(?:[^.;]*? )?"
REST = r"(?P<rest>\p{Ll}[^,;:()\"“”]*?)"
PLACED = rf"(?P<done>{'|'.join(ENGLISH.place_participles)})"
PLACE = r"(?P<answer>\p{Lu}\p{L}+)"
TO_END = r"(?=[,;.](?!\d)| (?:in|at|on|with|during|after|before) |$)"
ASIDE = regex.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
ARTICLE = regex.compile(r"(?:the|an?) ", regex.IGNORECASE)
# A name is seldom plural before one of these: "Plans for a film were announced."
PLURAL = regex.compile(r"\p{Lu}\p{Ll}+s (?:for|of|to|about|on|in|from|with) ")
# An article within a subject that no preposition comes before: "People think the yard" is a sentence of its own.
CLAUSE = regex.compile(r"(?<!\b(?:of|for|to|in|on|at|from|with|by|about|and|under|over|between)) (?:the|an?) ")
# What a person would not write: a word twice, or words that a sentence goes on with.
UNNATURAL = regex.compile(
    r"\b(\p{L}+) \1\b| (?:and|or|but|that|which|who|as|than|to|of|by|with|for)\?$", regex.IGNORECASE
)

# Rows of a kind of question, the form of a sentence, in which ``answer`` is what the question asks for, and the
# question, which names groups of the form. ``past`` is the simple past of the participle ``done``.
TEMPLATES = (
    ("Who", rf"{SUBJECT} {BE} {MADE} by {BY}", "Who {past} {subject}?"),
    ("Who", rf"{SUBJECT} {BE} \p{{Ll}}+ by {NAME} and {MADE} by {BY}", "Who {past} {subject}?"),
    ("Who", rf"(?P<subject>(?P<answer>{NAME})) {DID} {OBJECT}{TO_END}", "Who {done} {rest}?"),
    ("When", rf"{SUBJECT} {WAS} {HOW}{DONE} {GAP}(?:in|on|since) {DATE}", "When {be} {subject} {done}?"),
    ("When", rf"(?:In|On|Since) {DATE}, {THEN} {WAS} {DONE} {REST}{TO_END}", "When {be} {subject} {done} {rest}?"),
    ("Where", rf"{SUBJECT} {BE} {PLACED} (?:in|at|on) (?:the )?{PLACE}", "Where {be} {subject} {done}?"),
    ("What", rf"{THING} {BE} (?P<answer>an? \p{{L}}+)", "What {be} {subject}?"),
)


@dataclass(frozen=True, slots=True)
class GeneratedQuestion:
    """A question that a sentence answers with the words ``answer``; ``kind`` is its question word."""

    kind: str
    text: str
    answer: str


def generate_questions(sentence: str) -> Iterator[GeneratedQuestion]:
    """Yield the questions that a sentence answers; asides in brackets are ignored."""
    plain = " ".join(ASIDE.sub("", sentence).split())
    for kind, pattern, question in TEMPLATES:
        match = regex.match(pattern, plain)
        parts = match.groupdict() if match else {}
        if match and all(map(_stands_alone, parts.values())) and _has_content(parts["subject"]):
            done = parts.get("done", "")
            past = ENGLISH.pasts_of_participles.get(done, done)
            text = question.format_map(parts | {"subject": _lower_first(parts["subject"]), "past": past})
            if not UNNATURAL.search(text):
                yield GeneratedQuestion(kind, text, parts["answer"].rstrip(".:"))


def _stands_alone(part: str) -> bool:
    """Return whether a part is short and makes sense without its context."""
    words = part.casefold().replace(".", " ").split()
    return len(words) <= MAX_WORDS and ENGLISH.context_bound_words.isdisjoint(words)


def _has_content(subject: str) -> bool:
    """Return whether a subject is a thing with a name of its own: other words than stop words, and no clause."""
    words = subject.casefold().split()
    opens = words[0] in ENGLISH.sentence_openers and not ARTICLE.match(subject)
    return not opens and not CLAUSE.search(subject) and any(word not in ENGLISH.stop_words for word in words)


def _lower_first(subject: str) -> str:
    """Return the subject as it is written within a sentence."""
    return subject[0].lower() + subject[1:] if ARTICLE.match(subject) or PLURAL.match(subject) else subject

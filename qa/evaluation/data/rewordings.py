"""Other ways of putting a question: without its mark, with a typo, as keywords, as a statement, politely."""

import random
import unicodedata

import regex

from index.languages import ENGLISH

QUESTION_WORD = regex.compile(r"^(?:who|what|where|when|which(?: \w+)?|how (?:many|much)(?: \w+)?)\b", regex.IGNORECASE)

# The openings and auxiliaries of English questions: after "could you please tell me" they lose their capital.
OPENING = regex.compile(
    r"^(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|can|could|will|would|should"
    r"|has|have|had)\b",
    regex.IGNORECASE,
)
POLITE_FORMS = (
    "Hello, could you please tell me {}",
    "Hi there! I was wondering {}",
    "{} Thanks in advance!",
    "Please tell me: {}",
    "Do you happen to know {} Many thanks!",
)


def vary_question(question: str, answer: str, chance: random.Random) -> str:
    """Return the question as it is two times in three, or reworded at random.

    A statement, such as a claim that someone wants to check, has the answer in place of the
    question word; it needs an ``answer``, which is "" if none is known.
    """
    drawn = chance.random()
    if drawn < 0.12:
        return to_statement(question, answer)
    if drawn < 0.22:
        return question.rstrip("? ")
    if drawn < 0.30:
        return add_typo(question, chance)
    return to_keywords(question) if drawn < 0.34 else question


def make_untidy(question: str, chance: random.Random) -> str:
    """Return the question as it is half the time, or as a hurried visitor types it; never as a statement."""
    drawn = chance.random()
    if drawn < 0.15:
        return to_keywords(question)
    if drawn < 0.3:
        return add_typo(question, chance)
    if drawn < 0.35:
        return question.upper()
    return question.rstrip("? ") if drawn < 0.5 else question


def to_statement(question: str, answer: str) -> str:
    """Make "Ann Lee made the film" of "Who made the film?" and "Ann Lee"."""
    return QUESTION_WORD.sub(lambda _: answer, question.rstrip("? "), count=1) if answer else question


def to_keywords(question: str) -> str:
    """Keep only the content words, unless the question has hardly any."""
    kept = [word for word in question.rstrip("? ").split() if word.casefold() not in ENGLISH.stop_words]
    return " ".join(kept) if len(kept) > 2 else question


def add_typo(question: str, chance: random.Random) -> str:
    """Swap two neighbouring letters or leave one out; questions of fewer than eight characters are kept."""
    if len(question) < 8:
        return question
    at = chance.randrange(1, len(question) - 2)
    swapped = question[at + 1] + question[at] if chance.random() < 0.5 else question[at + 1]
    return question[:at] + swapped + question[at + 2 :]


def add_politeness(question: str, chance: random.Random) -> str:
    """Wrap a question in one of ``POLITE_FORMS``, as people write to each other."""
    form = chance.choice(POLITE_FORMS)
    lowered = OPENING.match(question) and not form.startswith("{}")
    return form.format(question[0].lower() + question[1:] if lowered else question)


def remove_accents(question: str) -> str:
    """Remove the marks over and under letters, as a keyboard without them types it."""
    bare = "".join(c for c in unicodedata.normalize("NFD", question) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


def capitalise(question: str) -> str:
    """Return the question in capitals, without its question mark."""
    return question.rstrip("? ").upper()

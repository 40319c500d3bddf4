"""Questions as people also put them: without a mark, with a slip of the finger, as keywords, as a statement."""

import random
import unicodedata

import regex

from index.languages import ENGLISH

QUESTION_WORD = regex.compile(r"^(?:who|what|where|when|which(?: \w+)?|how (?:many|much)(?: \w+)?)\b", regex.IGNORECASE)


def varied(question: str, answer: str, chance: random.Random) -> str:
    """The question as it is, two times in three, or in another guise.

    A statement, as a claim to be checked is one, has the answer in place of the question word;
    it needs an ``answer``, which is "" where none is known.
    """
    drawn = chance.random()
    if drawn < 0.12:
        return statement(question, answer)
    if drawn < 0.22:
        return question.rstrip("? ")
    if drawn < 0.30:
        return slipped(question, chance)
    return keywords(question) if drawn < 0.34 else question


def untidy(question: str, chance: random.Random) -> str:
    """The question as it is, half the time, or as a hurried visitor types it; never as a statement."""
    drawn = chance.random()
    if drawn < 0.15:
        return keywords(question)
    if drawn < 0.3:
        return slipped(question, chance)
    if drawn < 0.35:
        return question.upper()
    return question.rstrip("? ") if drawn < 0.5 else question


def statement(question: str, answer: str) -> str:
    """Of "Who made the film?" and "Ann Lee": "Ann Lee made the film"."""
    return QUESTION_WORD.sub(lambda _: answer, question.rstrip("? "), count=1) if answer else question


def keywords(question: str) -> str:
    """Only the words that carry matter, unless hardly any do."""
    kept = [word for word in question.rstrip("? ").split() if word.casefold() not in ENGLISH.stop_words]
    return " ".join(kept) if len(kept) > 2 else question


def slipped(question: str, chance: random.Random) -> str:
    """Two neighbouring letters swapped, or one left out."""
    if len(question) < 8:
        return question
    at = chance.randrange(1, len(question) - 2)
    swapped = question[at + 1] + question[at] if chance.random() < 0.5 else question[at + 1]
    return question[:at] + swapped + question[at + 2 :]


def unaccented(question: str) -> str:
    """Its marks over and under letters left out, as a keyboard without them types it."""
    bare = "".join(c for c in unicodedata.normalize("NFD", question) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


def shouted(question: str) -> str:
    """In capitals, without its mark."""
    return question.rstrip("? ").upper()

"""What the page and the terminal say for what the API says in one word or one number."""

from qa.types import Answer, Reason, Status

STATUS = {
    Status.ANSWERED: "Answer",
    Status.UNSURE: "Possible answer",
    Status.NOT_FOUND: "Not found in these documents",
}

PASSAGES = {
    Status.ANSWERED: "Sources",
    Status.UNSURE: "Possible sources",
    Status.NOT_FOUND: "Closest passages",
}

REASON = {
    Reason.WEAK_MATCH: "No passage matches closely enough to be certain.",
    Reason.UNKNOWN_WORDS: "The key words of the question do not occur in the documents.",
    Reason.FILTERED_OUT: "No document matches the filter.",
    Reason.EMPTY_INDEX: "Nothing is indexed yet.",
}

CONFIDENCE = (
    (0.9, "almost certain"),
    (0.75, "likely"),
    (0.5, "more likely than not"),
    (0.25, "doubtful"),
    (0.0, "unlikely"),
)


def heading(answer: Answer) -> str:
    """The status in words."""
    return STATUS[answer.status]


def why(answer: Answer) -> str:
    """The reason in a sentence; empty where the question is answered."""
    return REASON[answer.reason] if answer.reason else ""


def certainty(probability: float) -> str:
    """The probability in words and in per cent: ``likely (81 %)``."""
    words = next(words for least, words in CONFIDENCE if probability >= least)
    return f"{words} ({probability:.0%})".replace("%", "\N{NO-BREAK SPACE}%")

"""What the page and the terminal say for what the API says in one word or one number."""

from qa.types import Answer, Reason, Status

STATUS = {
    Status.ANSWERED: "The texts say",
    Status.UNSURE: "Perhaps this",
    Status.NOT_FOUND: "Not in these texts",
}

PASSAGES = {
    Status.ANSWERED: "Where it stands",
    Status.UNSURE: "Where it may stand",
    Status.NOT_FOUND: "What comes closest",
}

REASON = {
    Reason.WEAK_MATCH: "Nothing in the texts comes close enough to be sure.",
    Reason.UNKNOWN_WORDS: "The texts do not hold the words that the question turns on.",
    Reason.FILTERED_OUT: "No document passes the filter.",
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

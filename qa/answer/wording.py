"""The words that the page and the terminal show for a status, a reason and a probability."""

from math import floor

from qa.ranking.retrieval import UNREAD_LANGUAGE
from qa.types import Answer, AnswerPassage, PassageCopy, Reason, Status

STATUS_LABELS = {
    Status.ANSWERED: "Answer",
    Status.UNSURE: "Possible answer",
    Status.NOT_FOUND: "Not found in these documents",
}

# If neither words nor a sentence are likely enough to be shown by themselves.
PASSAGE_STATUS_LABELS = {
    Status.ANSWERED: "The first source answers this",
    Status.UNSURE: "The first source may answer this",
    Status.NOT_FOUND: STATUS_LABELS[Status.NOT_FOUND],
}

PASSAGE_LABELS = {
    Status.ANSWERED: "Sources",
    Status.UNSURE: "Possible sources",
    Status.NOT_FOUND: "Closest passages",
}

REASONS = {
    Reason.WEAK_MATCH: "No passage matches closely enough to be certain.",
    Reason.UNKNOWN_WORDS: "Important words of the question do not occur in the documents.",
    Reason.NO_CONTENT_WORDS: "No word of the question says what to look for.",
    Reason.FILTERED_OUT: "No document matches the filter.",
    Reason.EMPTY_INDEX: "Nothing is indexed yet.",
}

# For ``UNREAD_LANGUAGE``: the shipped reader, which declares English, is the only one that declares languages.
LANGUAGE_NOTE = "The reader reads English only: in other languages the sentence is shown, not the exact words."

# Words for a probability from this value on.
CONFIDENCE_WORDS = (
    (0.9, "almost certain"),
    (0.75, "likely"),
    (0.5, "more likely than not"),
    (0.25, "doubtful"),
    (0.0, "unlikely"),
)


def describe_status(answer: Answer) -> str:
    """Return the status in words."""
    return (STATUS_LABELS if answer.headline else PASSAGE_STATUS_LABELS)[answer.status]


def explain_reason(answer: Answer) -> str:
    """Return the reason in a sentence; empty if the question is answered."""
    return REASONS[answer.reason] if answer.reason else ""


def explain_language(answer: Answer) -> str:
    """Return why exact words are missing if a language was not read; empty if every one was."""
    return LANGUAGE_NOTE if UNREAD_LANGUAGE in answer.retrieval.degraded else ""


def describe_copies(passage: AnswerPassage) -> str:
    """Return how many other places have the text, or nearly: ``4 other documents``; empty if there are none."""
    total = passage.copies_total
    documents = {copy.document.id for copy in passage.copies} - {passage.document.id}
    # If not all are listed, or two are in one document, they are not as many documents.
    noun = "document" if len(documents) == total else "place"
    return f"{total:,} other {noun}{'' if total == 1 else 's'}" if total else ""


def describe_copy(copy: PassageCopy) -> str:
    """Return in what another place differs, ``2023-02-01, not word for word``; empty if in nothing that is known."""
    return ", ".join(filter(None, (copy.document.date, "" if copy.identical else "not word for word")))


def describe_confidence(probability: float) -> str:
    """Return the probability in words and in per cent: ``likely (81 %)``."""
    words = next(words for least, words in CONFIDENCE_WORDS if probability >= least)
    return f"{words} ({format_percent(probability)})"


def format_percent(probability: float) -> str:
    """Return the probability in per cent, ``81 %``, as JavaScript rounds the one in the JSON of the answer."""
    return f"{floor(round(probability, 4) * 100 + 0.5)}\N{NO-BREAK SPACE}%"

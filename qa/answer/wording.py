"""The words that the page and the terminal show for a status, a reason and a probability, in the language of ``t``."""

from qa.messages import ENGLISH, Messages
from qa.ranking.retrieval import UNREAD_LANGUAGE
from qa.types import Answer, AnswerPassage, PassageCopy, Status

# Words for a probability from this value on, by their keys in the catalogs.
CONFIDENCE_WORDS = (
    (0.9, "almost_certain"),
    (0.75, "likely"),
    (0.5, "more_likely_than_not"),
    (0.25, "doubtful"),
    (0.0, "unlikely"),
)


def describe_status(answer: Answer, t: Messages = ENGLISH) -> str:
    """Return the status in words; if neither words nor a sentence are shown by themselves, it speaks of the source."""
    of_source = not answer.headline and answer.status is not Status.NOT_FOUND
    return t(f"status.{'passage_' if of_source else ''}{answer.status.value}")


def explain_reason(answer: Answer, t: Messages = ENGLISH) -> str:
    """Return the reason in a sentence; empty if the question is answered."""
    return t(f"reason.{answer.reason.value}") if answer.reason else ""


def explain_language(answer: Answer, t: Messages = ENGLISH) -> str:
    """Return why exact words are missing if a language was not read; empty if every one was.

    The shipped reader, which declares English, is the only one that declares languages.
    """
    return t("reason.unread_language") if UNREAD_LANGUAGE in answer.retrieval.degraded else ""


def describe_copies(passage: AnswerPassage, t: Messages = ENGLISH) -> str:
    """Return how many other places have the text, or nearly: ``4 other documents``; empty if there are none."""
    total = passage.copies_total
    documents = {copy.document.id for copy in passage.copies} - {passage.document.id}
    # If not all are listed, or two are in one document, they are not as many documents.
    noun = "documents" if len(documents) == total else "places"
    return t(f"answer.other_{noun}", count=total) if total else ""


def describe_copy(copy: PassageCopy, t: Messages = ENGLISH) -> str:
    """Return in what another place differs, ``2023-02-01, not word for word``; empty if in nothing that is known."""
    return ", ".join(filter(None, (copy.document.date, "" if copy.identical else t("answer.not_word_for_word"))))


def describe_confidence(probability: float, t: Messages = ENGLISH) -> str:
    """Return the probability in words and in per cent: ``likely (81%)``."""
    word = next(word for least, word in CONFIDENCE_WORDS if probability >= least)
    return t("confidence.shown", words=t(f"confidence.{word}"), percent=t.format_percent(probability))


def format_percent(probability: float) -> str:
    """Return the probability in per cent, ``81%``, as JavaScript rounds the one in the JSON of the answer."""
    return ENGLISH.format_percent(probability)

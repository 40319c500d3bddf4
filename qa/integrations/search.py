"""What the retrievers of all frameworks share: asking a server, and what a passage brings with it."""

from dataclasses import dataclass
from typing import Any

from qa.client import AskOptions, AsyncClient, Client
from qa.client.client import DEFAULT_URL
from qa.client.links import link_to_passage
from qa.client.types import Answer, Passage

DEFAULT_TOP_K = 5


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage, and what a framework keeps beside its text."""

    passage: Passage
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Search:
    """Asks one server, with a connection for each question, so that it works in any thread and any event loop.

    ``options`` are those of ``Client.ask``. With ``return_not_found`` passages are returned also if the documents do
    not answer; a language model that is given them may answer from them all the same.
    """

    url: str = DEFAULT_URL
    key: str | None = None
    top_k: int = DEFAULT_TOP_K
    options: AskOptions | None = None
    return_not_found: bool = False

    def ask(self, question: str) -> Answer:
        """Return the answer to a question. Raises ClientError."""
        with Client(self.url, self.key) as client:
            return client.ask(question, **self._options)

    async def ask_async(self, question: str) -> Answer:
        """Return the answer to a question. Raises ClientError."""
        async with AsyncClient(self.url, self.key) as client:
            return await client.ask(question, **self._options)

    def list_passages(self, answer: Answer) -> list[FoundPassage]:
        """Return the passages of an answer, best first."""
        if answer.status == "not_found" and not self.return_not_found:
            return []
        return [FoundPassage(one, _describe(answer, one, self.url)) for one in answer.passages]

    @property
    def _options(self) -> AskOptions:
        return {"top_k": self.top_k, **(self.options or {})}


def _describe(answer: Answer, passage: Passage, url: str) -> dict[str, Any]:
    """Return the metadata of a passage: values of JSON only. ``words`` are those of the answer that it holds."""
    words = answer.headline
    if words and not (words.document == passage.document.id and passage.start <= words.start < passage.end):
        words = None
    return {
        "document": passage.document.id,
        "title": passage.document.title,
        "heading": passage.heading,
        "page": passage.page,
        "location": passage.location,
        "passage": passage.id,
        "start": passage.start,
        "end": passage.end,
        "evidence": [[span.start, span.end] for span in passage.evidence],
        "sha256": passage.document.sha256,
        "source": link_to_passage(url.rstrip("/"), passage),
        "score": passage.score,
        "status": answer.status,
        "reason": answer.reason,
        "confidence": answer.shown_confidence,
        "words": words and words.text,
        "words_kind": words and words.kind,
        "words_confidence": words and words.confidence,
        "words_start": words and words.start,
        "words_end": words and words.end,
    }


def explain_missing(framework: str, package: str) -> str:
    """Return the message for a framework that is not installed."""
    return f"this retriever needs {framework}, which is not installed; install it with: pip install {package}"

"""Component for Haystack: from a question to documents, and to the answer as Haystack's extractive readers give it."""

from dataclasses import replace
from typing import Any

from qa.client import AskOptions
from qa.client.client import DEFAULT_URL
from qa.client.types import Answer
from qa.integrations.search import DEFAULT_TOP_K, Search, explain_missing

try:
    from haystack import Document, ExtractedAnswer, component, default_from_dict, default_to_dict
    from haystack.utils import Secret
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(explain_missing("Haystack", "haystack-ai"), name=error.name) from error


@component
class NetsphereRetriever:
    """Retrieves passages from a Netsphere server; none if the documents do not answer, unless ``return_not_found``.

    ``answers`` has the words that answer, with their confidence and their offsets in the document and in the passage;
    it is empty if nothing should be shown by itself.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        key: Secret | None = None,
        top_k: int = DEFAULT_TOP_K,
        options: AskOptions | None = None,
        return_not_found: bool = False,
    ) -> None:
        """Keep the settings; ``options`` are those of ``qa.client.Client.ask``, such as a filter."""
        self.key = key
        self._search = Search(url, None, top_k, options, return_not_found)

    @component.output_types(documents=list[Document], answers=list[ExtractedAnswer])
    def run(self, query: str, top_k: int | None = None) -> dict[str, Any]:
        """Return the passages and the answer. Raises ClientError."""
        return self._list_results(self._prepare(top_k).ask(query))

    @component.output_types(documents=list[Document], answers=list[ExtractedAnswer])
    async def run_async(self, query: str, top_k: int | None = None) -> dict[str, Any]:
        """Return the passages and the answer. Raises ClientError."""
        return self._list_results(await self._prepare(top_k).ask_async(query))

    def to_dict(self) -> dict[str, Any]:
        """Return the component as Haystack saves it; a key is saved as the name of its environment variable."""
        search = self._search
        saved: dict[str, Any] = default_to_dict(
            self,
            url=search.url,
            key=self.key and self.key.to_dict(),
            top_k=search.top_k,
            options=search.options,
            return_not_found=search.return_not_found,
        )
        return saved

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "NetsphereRetriever":
        """Return a component that was saved."""
        settings = data["init_parameters"]
        if settings.get("key"):
            settings["key"] = Secret.from_dict(settings["key"])
        restored: NetsphereRetriever = default_from_dict(cls, data)
        return restored

    def _prepare(self, top_k: int | None) -> Search:
        key = self.key.resolve_value() if self.key else None
        # One for this question counts more than one among the options.
        chosen: AskOptions = {} if top_k is None else {"top_k": top_k}
        options: AskOptions = {**(self._search.options or {}), **chosen}
        return replace(self._search, key=key, options=options)

    def _list_results(self, answer: Answer) -> dict[str, Any]:
        documents = [
            Document(id=one.passage.id, content=one.passage.text, meta=one.metadata, score=one.passage.score)
            for one in self._search.list_passages(answer)
        ]
        holders = [document for document in documents if document.meta["words"] is not None]
        return {"documents": documents, "answers": [_create_answer(answer, document) for document in holders[:1]]}


def _create_answer(answer: Answer, document: Document) -> ExtractedAnswer:
    meta = document.meta
    start, end, passage_start = meta["words_start"], meta["words_end"], meta["start"]
    return ExtractedAnswer(
        query=answer.question,
        score=meta["words_confidence"],
        data=meta["words"],
        document=document,
        context=document.content,
        document_offset=ExtractedAnswer.Span(start, end),
        context_offset=ExtractedAnswer.Span(start - passage_start, end - passage_start),
        meta={"status": answer.status, "kind": meta["words_kind"], "source": meta["source"]},
    )

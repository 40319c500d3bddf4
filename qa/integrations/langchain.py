"""Retriever for LangChain: a runnable from a question to the passages that answer it."""

from typing import Any, cast

from pydantic import SecretStr

from qa.client import AskOptions
from qa.client.client import DEFAULT_URL
from qa.client.types import Answer
from qa.integrations.search import DEFAULT_TOP_K, Search, explain_missing

try:
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(explain_missing("LangChain", "langchain-core"), name=error.name) from error


class NetsphereRetriever(BaseRetriever):
    """Retrieves passages from a Netsphere server; none if the documents do not answer, unless ``return_not_found``.

    ``options`` are those of ``qa.client.Client.ask``, such as a filter. Errors are ``qa.client.ClientError``.
    """

    url: str = DEFAULT_URL
    key: SecretStr | None = None
    top_k: int = DEFAULT_TOP_K
    # Not AskOptions: before Python 3.12 pydantic takes no TypedDict of the standard library. The server checks it.
    options: dict[str, Any] | None = None
    return_not_found: bool = False

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        search = self._create_search()
        return _list_documents(search, search.ask(query))

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        search = self._create_search()
        return _list_documents(search, await search.ask_async(query))

    def _create_search(self) -> Search:
        key = self.key.get_secret_value() if self.key else None
        options = cast("AskOptions | None", self.options)
        return Search(self.url, key, self.top_k, options, self.return_not_found)


def _list_documents(search: Search, answer: Answer) -> list[Document]:
    return [
        Document(id=one.passage.id, page_content=one.passage.text, metadata=one.metadata)
        for one in search.list_passages(answer)
    ]

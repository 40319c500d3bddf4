"""Retriever for LlamaIndex: from a question to nodes with scores, which are probabilities."""

from qa.client import AskOptions
from qa.client.client import DEFAULT_URL
from qa.client.types import Answer
from qa.integrations.search import DEFAULT_TOP_K, FoundPassage, Search, explain_missing

try:
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(explain_missing("LlamaIndex", "llama-index-core"), name=error.name) from error

# Metadata that helps a language model, or an embedding; the rest is for programs.
SHOWN = frozenset({"title", "heading"})


class NetsphereRetriever(BaseRetriever):
    """Retrieves passages from a Netsphere server; none if the documents do not answer, unless ``return_not_found``."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        key: str | None = None,
        top_k: int = DEFAULT_TOP_K,
        options: AskOptions | None = None,
        return_not_found: bool = False,
    ) -> None:
        """Keep the settings; ``options`` are those of ``qa.client.Client.ask``, such as a filter."""
        super().__init__()
        self._search = Search(url, key, top_k, options, return_not_found)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return self._list_nodes(self._search.ask(query_bundle.query_str))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return self._list_nodes(await self._search.ask_async(query_bundle.query_str))

    def _list_nodes(self, answer: Answer) -> list[NodeWithScore]:
        found = self._search.list_passages(answer)
        return [NodeWithScore(node=_create_node(one), score=one.passage.score) for one in found]


def _create_node(found: FoundPassage) -> TextNode:
    passage, hidden = found.passage, sorted(found.metadata.keys() - SHOWN)
    return TextNode(
        id_=passage.id,
        text=passage.text,
        metadata=found.metadata,
        excluded_llm_metadata_keys=hidden,
        excluded_embed_metadata_keys=hidden,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.document.id)},
    )

"""The retriever in a query engine of LlamaIndex, over the seed, served by a real process."""

import asyncio

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers.no_text import NoText
from llama_index.core.schema import MetadataMode, NodeRelationship, TextNode

from qa.integrations.llama_index import NetsphereRetriever
from tests.qa.integrations.seed import CAPITAL, DIRECTOR, QUESTION, check_metadata

pytestmark = pytest.mark.slow


def create_engine(server: str, cutoff: float = 0.0) -> RetrieverQueryEngine:
    """A query engine that returns the nodes: no language model writes anything."""
    postprocessor = SimilarityPostprocessor(similarity_cutoff=cutoff)
    return RetrieverQueryEngine(NetsphereRetriever(server), NoText(MockLLM()), node_postprocessors=[postprocessor])


def test_it_answers_in_a_query_engine(server: str) -> None:
    """The first source node is the passage that answers, the same sync and async."""
    engine = create_engine(server)
    first, *others = engine.query(QUESTION).source_nodes
    check_metadata(server, first.node.get_content(), first.node.metadata)
    assert others
    assert asyncio.run(engine.aquery(QUESTION)).source_nodes[0].node.node_id == first.node.node_id


def test_scores_are_probabilities_so_that_a_cutoff_means_something(server: str) -> None:
    """At one half, what more likely answers than not is left."""
    nodes = create_engine(server, 0.5).query(QUESTION).source_nodes
    assert DIRECTOR in nodes[0].node.get_content()
    assert all(0.5 <= (node.score or 0) <= 1 for node in nodes)


def test_a_node_knows_its_document_and_place(server: str) -> None:
    """As LlamaIndex's own: offsets, source, and no offsets in what a language model reads."""
    (found,) = NetsphereRetriever(server, top_k=1).retrieve(QUESTION)
    node = found.node
    assert isinstance(node, TextNode)
    source = node.relationships[NodeRelationship.SOURCE]
    assert (node.start_char_idx, node.end_char_idx) == (node.metadata["start"], node.metadata["end"])
    assert getattr(source, "node_id", None) == "blame.txt"
    assert set(node.get_content(MetadataMode.LLM).split("\n\n")[0].split("\n")) == {"title: Blame!", "heading: Film"}


def test_what_is_not_found_gives_no_nodes(server: str) -> None:
    """So that nothing is answered from passages that do not say it."""
    assert NetsphereRetriever(server).retrieve(CAPITAL) == []
    assert asyncio.run(NetsphereRetriever(server).aretrieve(CAPITAL)) == []

"""The retriever in a chain of LangChain, over the seed, served by a real process."""

import asyncio

import pytest
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from qa.client import ApiError
from qa.integrations.langchain import NetsphereRetriever
from tests.qa.integrations.seed import CAPITAL, DIRECTOR, QUESTION, check_metadata

pytestmark = pytest.mark.slow


def join(documents: list[Document]) -> str:
    return "\n".join(f"{one.page_content} [{one.metadata['source']}]" for one in documents)


def test_it_answers_in_a_chain(server: str) -> None:
    """The prompt of a retrieval chain holds the passage that answers, with its link."""
    prompt = ChatPromptTemplate.from_template("{context}\n\n{question}")
    chain = {"context": NetsphereRetriever(url=server) | join, "question": RunnablePassthrough()} | prompt
    for text in (chain.invoke(QUESTION).to_string(), asyncio.run(chain.ainvoke(QUESTION)).to_string()):
        assert text.index(f"directed by {DIRECTOR}") < text.index(f"[{server}/documents/blame.txt?at=")
        assert text.endswith(QUESTION)


def test_a_document_says_where_it_is_from_and_how_sure_it_is(server: str) -> None:
    """Confidence, status, offsets, words and link, the same sync and async."""
    retriever = NetsphereRetriever(url=server, top_k=2)
    documents = retriever.invoke(QUESTION)
    assert len(documents) == 2
    assert documents[0].id == documents[0].metadata["passage"]
    check_metadata(server, documents[0].page_content, documents[0].metadata)
    assert documents[1].metadata["words"] is None
    assert asyncio.run(retriever.ainvoke(QUESTION)) == documents


def test_what_is_not_found_gives_no_documents(server: str) -> None:
    """So that nothing is answered from passages that do not say it; whoever wants them gets them with the status."""
    assert NetsphereRetriever(url=server).invoke(CAPITAL) == []
    documents = NetsphereRetriever(url=server, return_not_found=True).invoke(CAPITAL)
    assert {(one.metadata["status"], one.metadata["words"]) for one in documents} == {("not_found", None)}


def test_options_reach_the_server(server: str) -> None:
    """A filter that names an unknown document is the server's problem, with its code."""
    retriever = NetsphereRetriever(url=server, options={"filter": {"document": ["nothing.txt"]}})
    with pytest.raises(ApiError, match="unknown_document"):
        retriever.invoke(QUESTION)


def test_the_key_is_not_shown() -> None:
    """Neither printed nor in its JSON."""
    retriever = NetsphereRetriever(key="secret")  # type: ignore[arg-type]  # as people write it
    assert "secret" not in f"{retriever!r} {retriever.model_dump_json()}"

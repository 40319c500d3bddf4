"""The component in a pipeline of Haystack, over the seed, served by a real process."""

import asyncio
import json
from functools import partial
from typing import Any

import httpx
import pytest
from haystack import Pipeline
from haystack.components.builders import PromptBuilder
from haystack.utils import Secret

from qa.client import ApiError, AskOptions, Client
from qa.integrations import search
from qa.integrations.haystack import NetsphereRetriever
from tests.qa.integrations.seed import CAPITAL, DIRECTOR, QUESTION, check_metadata

pytestmark = pytest.mark.slow
TEMPLATE = "{% for one in documents %}{{ one.content }} [{{ one.meta.source }}]\n{% endfor %}{{ question }}"


def create_pipeline(server: str) -> Pipeline:
    """A pipeline as in front of a generator, which is left out."""
    pipeline = Pipeline()
    pipeline.add_component("retriever", NetsphereRetriever(server))
    pipeline.add_component("prompt", PromptBuilder(TEMPLATE, required_variables="*"))
    pipeline.connect("retriever.documents", "prompt.documents")
    return pipeline


def ask(pipeline: Pipeline, question: str) -> dict[str, Any]:
    inputs = {"retriever": {"query": question}, "prompt": {"question": question}}
    return pipeline.run(inputs, include_outputs_from={"retriever"})


@pytest.mark.parametrize("saved", [False, True])
def test_it_answers_in_a_pipeline(server: str, saved: bool) -> None:
    """The prompt holds the passage that answers, with its link; also if the pipeline was saved and loaded."""
    pipeline = create_pipeline(server)
    if saved:
        pipeline = Pipeline.loads(pipeline.dumps(), allowed_modules=["qa.integrations.haystack"])
    found = ask(pipeline, QUESTION)
    prompt = found["prompt"]["prompt"]
    assert prompt.index(f"directed by {DIRECTOR}") < prompt.index(f"[{server}/documents/blame.txt?at=")
    first = found["retriever"]["documents"][0]
    assert first.score == first.meta["score"]
    check_metadata(server, first.content, first.meta)


def test_it_answers_in_an_asynchronous_pipeline(server: str) -> None:
    """As the other one does."""
    inputs = {"retriever": {"query": QUESTION}, "prompt": {"question": QUESTION}}
    found = asyncio.run(create_pipeline(server).run_async(inputs))
    assert f"directed by {DIRECTOR}" in found["prompt"]["prompt"]


def test_the_answer_is_one_of_haystacks(server: str) -> None:
    """With the words, their probability, and their offsets in the document and in the passage."""
    (answer,) = NetsphereRetriever(server).run(QUESTION, top_k=1)["answers"]
    assert (answer.data, answer.query, answer.meta["status"], answer.meta["kind"]) == (
        DIRECTOR,
        QUESTION,
        "answered",
        "span",
    )
    assert answer.score == answer.document.meta["words_confidence"]
    assert answer.context[answer.context_offset.start : answer.context_offset.end] == DIRECTOR
    assert answer.document_offset.start == answer.document.meta["start"] + answer.context_offset.start


def test_what_is_not_found_gives_nothing(server: str) -> None:
    """Neither documents nor an answer."""
    assert NetsphereRetriever(server).run(CAPITAL) == {"documents": [], "answers": []}


def test_a_key_is_saved_as_its_variable(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no file holds it."""
    monkeypatch.setenv("NETSPHERE_KEY", "secret")
    retriever = NetsphereRetriever(server, Secret.from_env_var("NETSPHERE_KEY"), 3, {"mode": "fast"}, True)
    saved = retriever.to_dict()
    assert "secret" not in str(saved)
    assert NetsphereRetriever.from_dict(saved).to_dict() == retriever.to_dict()


@pytest.mark.parametrize("options", [None, {"top_k": 4}])
@pytest.mark.parametrize("top_k", [0, 2])
def test_the_number_of_passages_may_be_chosen_for_one_question(
    monkeypatch: pytest.MonkeyPatch, options: AskOptions | None, top_k: int
) -> None:
    """It counts more than any other, and one that is not valid is refused by the server."""
    asked = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content)["top_k"])
        return httpx.Response(422, json={"code": "out_of_bounds"})

    monkeypatch.setattr(search, "Client", partial(Client, transport=httpx.MockTransport(refuse)))
    retriever = NetsphereRetriever(top_k=3, options=options)
    for chosen in (top_k, None):
        with pytest.raises(ApiError):
            retriever.run(QUESTION, chosen)
    assert asked == [top_k, 4 if options else 3]

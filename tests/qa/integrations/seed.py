"""What the retrievers of all frameworks must find in the seed."""

from collections.abc import Mapping
from typing import Any
from urllib.request import urlopen

from qa.client import Client

QUESTION = "Who directed the film?"
DIRECTOR = "Hiroyuki Seshita"
CAPITAL = "What is the capital of France?"


def check_metadata(server: str, text: str, metadata: Mapping[str, Any]) -> None:
    """Fail unless the offsets are those of the document's text, the words are right, and the link shows them."""
    with Client(server) as client:
        answer = client.ask(QUESTION)
        whole = client.get_document(metadata["document"]).text
    assert (metadata["document"], metadata["status"], metadata["words"]) == ("blame.txt", "answered", DIRECTOR)
    assert whole[metadata["start"] : metadata["end"]] == text
    assert whole[metadata["words_start"] : metadata["words_end"]] == DIRECTOR
    assert any(DIRECTOR in whole[start:end] for start, end in metadata["evidence"])
    assert metadata["confidence"] == metadata["words_confidence"] == answer.shown_confidence
    assert metadata["score"] == answer.passages[0].score
    with urlopen(metadata["source"]) as reply:  # noqa: S310
        assert "<mark" in reply.read().decode()

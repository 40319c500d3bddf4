"""Whether each leg still finds what is known to be there: what ``/readyz`` asks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index.generation import Contents
from index.words import Words
from qa.retrieve import LEG_FAILURES, Retriever
from qa.types import Query, Reader, Request
from qa.understand import understand

AMONG = 10
LOOKED_AT = 200
MOST_CHARACTERS = 1000
Encode = Callable[[Sequence[Query]], Sequence[Query]]


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A sentence of the collection, and every passage that has the same words."""

    sentence: str
    passages: frozenset[int]


def known_item(contents: Contents, words: Words) -> KnownItem:
    """The sentence with the most content words among the first passages.

    A sentence may stand in more than one passage; finding any of them will do.
    """
    texts = {document.id: document.text for document in contents.documents}
    sentences = [texts[p.document][s.start : s.end] for p in contents.passages[:LOOKED_AT] for s in p.sentences]
    chosen = max(sentences, key=lambda sentence: len(words.content(sentence)))
    holding = (i for i, p in enumerate(contents.passages) if chosen in texts[p.document][p.start : p.end])
    return KnownItem(chosen[:MOST_CHARACTERS], frozenset(holding))


def reads(reader: Reader, item: KnownItem) -> bool:
    """Whether the reader says anything at all of a sentence put to itself."""
    try:
        return len(reader.read(item.sentence, [("", item.sentence)])) == 1
    except LEG_FAILURES:
        return False


def probe(item: KnownItem, retriever: Retriever, words: Words, encode: Encode) -> Mapping[str, bool]:
    """For each leg, whether the known sentence finds its passage.

    Searches for real, through the encoder and both indexes; a leg that raises does not find.
    A collection without words (emoji only) has nothing for the lexical leg to find.
    """
    query = encode([understand(Request(item.sentence), words)])[0]
    retrieved = retriever.retrieve(query, None)
    return {
        found.leg: found.ran and (not item.passages.isdisjoint(list(found.scores)[:AMONG]) or not query.words)
        for found in retrieved.legs
    }

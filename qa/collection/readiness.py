"""Whether each leg still finds what is known to be there: what ``/readyz`` asks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index.generation.generation import GenerationContents
from index.text.analyzer import Analyzer
from qa.query.understand import understand
from qa.ranking.retriever import LEG_FAILURES, Retriever
from qa.ranking.texts import Texts
from qa.types import Query, Reader, Request

AMONG = 10
LOOKED_AT = 200
MOST_CHARACTERS = 1000
Encode = Callable[[Sequence[Query]], Sequence[Query]]


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A sentence of the collection, or as much of it as a question may have."""

    sentence: str


def known_item(contents: GenerationContents, words: Analyzer) -> KnownItem:
    """The sentence with the most content words among the first passages."""
    texts, first = Texts(contents), contents.passages[:LOOKED_AT]
    sentences = [text for place, p in enumerate(first) for text in texts.slices(place, p.sentences)]
    return KnownItem(max(sentences, key=lambda sentence: len(words.content_terms(sentence)))[:MOST_CHARACTERS])


def reads(reader: Reader, item: KnownItem) -> bool:
    """Whether the reader says anything at all of a sentence put to itself."""
    try:
        return len(reader.read(item.sentence, [("", item.sentence)])) == 1
    except LEG_FAILURES:
        return False


@dataclass(frozen=True, slots=True)
class Probe:
    """Everything of one generation that looking for a known sentence needs."""

    item: KnownItem
    retriever: Retriever
    texts: Texts
    words: Analyzer
    encode: Encode

    def legs(self) -> Mapping[str, bool]:
        """For each leg, whether the known sentence finds a passage that has it: there may be more than one.

        Searches for real, through the encoder and both indexes; a leg that raises does not find.
        A collection without words (emoji only) has nothing for the lexical leg to find.
        """
        query = self.encode([understand(Request(self.item.sentence), self.words)])[0]
        retrieved = self.retriever.retrieve(query, None)
        return {
            found.leg: found.ran and (self._holds(list(found.scores)[:AMONG]) or not query.words)
            for found in retrieved.legs
        }

    def _holds(self, passages: Sequence[int]) -> bool:
        return any(self.item.sentence in self.texts.words(passage) for passage in passages)

"""Readiness check: whether each leg still finds a sentence that is known to be indexed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index.generation.generation import GenerationContents
from index.text.analyzer import Analyzer
from qa.query.understand import understand
from qa.ranking.retriever import LEG_FAILURES, Retriever
from qa.ranking.texts import Texts
from qa.types import MOST_CHARACTERS, Query, Reader, Request

# Several passages may hold the same sentence, and only one of them comes first.
MAX_RANK = 10
# The sentence is picked from the first passages only, so that opening a large index stays fast.
PASSAGES_SEARCHED = 200

Encode = Callable[[Sequence[Query]], Sequence[Query]]


def pick_known_sentence(contents: GenerationContents, words: Analyzer) -> str:
    """Return the sentence with the most content words among the first passages, cut to the length of a question."""
    texts, first = Texts(contents), contents.passages[:PASSAGES_SEARCHED]
    sentences = [text for place, p in enumerate(first) for text in texts.slices(place, p.sentences)]
    return max(sentences, key=lambda sentence: len(words.content_terms(sentence)))[:MOST_CHARACTERS]


def reads_sentence(reader: Reader, sentence: str) -> bool:
    """Return whether the reader gives a reading of a passage that is the question itself."""
    try:
        return len(reader.read(sentence, [("", sentence)])) == 1
    except LEG_FAILURES:
        return False


@dataclass(frozen=True, slots=True)
class ReadinessCheck:
    """A known sentence of a generation, and what is needed to search for it."""

    sentence: str
    retriever: Retriever
    texts: Texts
    words: Analyzer
    encode: Encode

    def check_legs(self) -> Mapping[str, bool]:
        """Search for the known sentence and return for each leg whether it finds a passage that holds it.

        A real search, through the encoder and both indexes; a leg that raises does not find.
        """
        query = self.encode([understand(Request(self.sentence), self.words)])[0]
        retrieved = self.retriever.retrieve(query, None)
        # A collection without words (emoji only) has nothing for the lexical leg to find, hence ``not query.words``.
        return {
            found.leg: found.ran and (self._holds_sentence(list(found.scores)[:MAX_RANK]) or not query.words)
            for found in retrieved.legs
        }

    def _holds_sentence(self, passages: Sequence[int]) -> bool:
        return any(self.sentence in self.texts.words(passage) for passage in passages)

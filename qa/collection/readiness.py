"""Readiness check: whether each leg still finds a sentence that is known to be indexed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index.generation.generation import GenerationContents
from index.generation.passages import Passages
from index.text.analyzer import Analyzer
from qa.query.understand import understand
from qa.ranking.retriever import Retriever, call_leg
from qa.types import MAX_QUESTION_CHARS, Query, Reader, Request

# Several passages may hold the same sentence, and only one of them comes first.
MAX_RANK = 10
# The sentence is picked from the first passages only, so that opening a large index stays fast.
PASSAGES_SEARCHED = 200
EMPTY = "Nothing is indexed."

Encode = Callable[[Sequence[Query]], Sequence[Query]]


def pick_known_sentence(contents: GenerationContents, analyzer: Analyzer) -> str:
    """Return the sentence with the most content words among the first passages, cut to the length of a question.

    If nothing is indexed, it is a sentence that says so: the legs and the reader are asked all the same.
    """
    first = range(min(PASSAGES_SEARCHED, len(contents.passages)))
    sentences = [text for position in first for text in contents.passages.get_sentence_texts(position)]
    best = max(sentences, key=lambda sentence: len(analyzer.content_terms(sentence)), default=EMPTY)
    return best[:MAX_QUESTION_CHARS]


def reads_sentence(reader: Reader, sentence: str) -> bool:
    """Return whether the reader gives a reading of a passage that is the question itself."""
    return len(call_leg("reader", lambda: list(reader.read(sentence, [("", sentence)]))) or ()) == 1


@dataclass(frozen=True, slots=True)
class ReadinessCheck:
    """A known sentence of a generation, and what is needed to search for it."""

    sentence: str
    retriever: Retriever
    passages: Passages
    analyzer: Analyzer
    encode: Encode

    def check_legs(self) -> Mapping[str, bool]:
        """Search for the known sentence and return for each leg whether it finds a passage that holds it.

        A real search, through the encoder and both indexes; a leg that raises does not find.
        """
        query = self.encode([understand(Request(self.sentence), self.analyzer)])[0]
        candidates = self.retriever.retrieve(query)
        # A collection without words (emoji only) has nothing for the lexical leg to find, hence ``not query.terms``,
        # and an empty one has nothing at all.
        nothing_to_find = not query.terms or not len(self.passages)
        return {
            leg.name: leg.ran and (nothing_to_find or self._holds_sentence(candidates.list_found(leg.name)[:MAX_RANK]))
            for leg in candidates.legs
        }

    def _holds_sentence(self, passages: Sequence[int]) -> bool:
        return any(self.sentence in self.passages.get_text(passage) for passage in passages)

"""One generation as the makers of probes see it."""

from collections import Counter, defaultdict
from functools import lru_cache

import numpy as np

from index.generation.generation import GenerationContents
from index.text.analyzer import Analyzer, split_into_words
from index.text.searchable_text import build_contexts
from qa.evaluation.known_item.types import Excerpt

# Characters of a passage that are shown.
MAX_EXCERPT_CHARS = 90


class CollectionView:
    """Texts, sentences, headings and rare words of a collection, by position of the passage."""

    def __init__(self, contents: GenerationContents, analyzer: Analyzer) -> None:
        """Read every heading once; texts are read on demand."""
        self.contents, self.analyzer = contents, analyzer
        self._texts = {document.id: document.text for document in contents.documents}
        self._contexts = build_contexts(contents.documents, contents.passages)
        self._under: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for position, passage in enumerate(contents.passages):
            self._under[passage.document, passage.heading or ""].add(position)
        self._documents = Counter(join_words(heading) for _, heading in self._under)
        self._plain = lru_cache(maxsize=100_000)(lambda position: f" {join_words(self.text(position))} ")
        self.holding = lru_cache(maxsize=100_000)(self._holding)

    def text(self, position: int) -> str:
        """Return the words of a passage, exactly as in its document."""
        passage = self.contents.passages[position]
        return self._texts[passage.document][passage.start : passage.end]

    def place(self, position: int) -> Excerpt:
        """Return the passage as shown: its id and its beginning on one line."""
        text = " ".join(self.text(position).split())
        return Excerpt(
            self.contents.passages[position].id,
            text if len(text) <= MAX_EXCERPT_CHARS else f"{text[:MAX_EXCERPT_CHARS]}…",
        )

    def sentences(self, position: int) -> list[str]:
        """Return the sentences of a passage, at least one, without headings."""
        passage = self.contents.passages[position]
        text = self._texts[passage.document]
        return [text[sentence.start : sentence.end] for sentence in passage.sentences]

    def context(self, position: int) -> str:
        """Return the title and heading above a passage."""
        return self._contexts[position]

    def under(self, document: str, heading: str) -> frozenset[int]:
        """Return the passages of a document under a heading of that name."""
        return frozenset(self._under[document, heading])

    def ambiguous(self, heading: str) -> bool:
        """Return whether more than one document has a heading of these words, apart from case and accents."""
        return self._documents[join_words(heading)] > 1

    def information(self, text: str) -> float:
        """Sum the idf of the content words, each counted once."""
        return sum(map(self.contents.lexical.idf, self.analyzer.content_terms(text)))

    def _holding(self, phrase: str) -> frozenset[int]:
        """Return the passages whose text has the words of the phrase in succession.

        Only those that have its rarest word are read, so that this scales. Empty for a phrase
        without a content word.
        """
        content = self.analyzer.content_terms(phrase)
        if not content:
            return frozenset()
        rarest = max(content, key=self.contents.lexical.idf)
        candidates = np.flatnonzero(self.contents.lexical.score_all({rarest: 1.0}) > 0)
        sought = f" {join_words(phrase)} "
        return frozenset(position for position in candidates.tolist() if sought in self._plain(position))


def join_words(text: str) -> str:
    """Return the folded words of a text with one space between them: equal for texts that read alike."""
    return " ".join(split_into_words(text, joined=False))

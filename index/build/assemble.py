"""Make the contents of a generation: chunk, embed and index what is new, and merge it with what stays."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.build.changes import Changes
from index.build.embed_units import PreviousEmbeddings, UnitEmbeddings, UnitInput, embed_units
from index.build.merge import Parts, merge_parts
from index.disk.arrays import RowSource
from index.disk.splice import REMOVED
from index.embedding.batching import shorten_to_fit
from index.generation.documents import Documents
from index.generation.generation import GenerationContents
from index.generation.passages import Passages
from index.progress import Progress
from index.search.bm25 import BM25Index
from index.search.stores import STORES
from index.settings import IndexSettings
from index.text.analyzer import Analyzer, count_words
from index.text.chunking import make_units, split_into_passages
from index.text.searchable_text import build_contexts, build_lexical_texts, slice_unit_texts
from index.text.sentences import PunctuatedNames
from index.types import Document, Encoder, Passage, Positions, Store, Unit


class Assembler:
    """Makes contents with the same settings and model, in the same index folder."""

    def __init__(self, settings: IndexSettings, encoder: Encoder, progress: Progress) -> None:
        """Remember them; temporary files go into the index folder."""
        self._settings, self._encoder, self._progress = settings, encoder, progress
        self._folder, self._analyze = Path(settings.index), Analyzer(settings.stemmer)

    def assemble(self, changes: Changes, previous: GenerationContents | None) -> tuple[GenerationContents, int]:
        """Return the contents of the next generation, and the number of units that were embedded.

        ``previous`` is a generation of the same model, whose embeddings are reused. Raise OSError or sqlite3.Error if
        the folder cannot be written.
        """
        passages = self._split_documents(changes)
        units = make_units(passages)
        embeddings = self._embed_units(changes.fresh, passages, units, previous)
        parts = self._index_parts(changes.fresh, passages, units, embeddings)
        if changes.base:
            parts, positions = merge_parts(changes.base, parts, changes, self._folder)
            store = self._merge_store(parts.vectors, changes.base.store, positions)
        else:
            store = STORES[self._settings.store]().build(parts.vectors)
        contents = GenerationContents(
            parts.documents,
            parts.passages,
            parts.units,
            parts.keys,
            store,
            parts.lexical,
            parts.tokens,
            changes.marked_names,
        )
        return contents, len(units) - embeddings.reused

    def _merge_store(self, vectors: RowSource, old: Store, positions: Positions) -> Store:
        kind = STORES[self._settings.store]()
        # What the old store has learned suits the vectors as long as most of them are the same.
        is_same = 2 * np.count_nonzero(positions != REMOVED) > len(vectors)
        return kind.merge(vectors, old, positions) if is_same else kind.build(vectors)

    def _split_documents(self, changes: Changes) -> list[Passage]:
        names = PunctuatedNames.choose_from(changes.marked_names)
        sizes, passages = self._settings.chunk_sizes(self._encoder.max_tokens), list[Passage]()
        characters = sum(len(document.text) for document in changes.fresh)
        with self._progress.step("splitting", characters, "characters") as advance:
            for number, document in enumerate(changes.fresh, 1):
                passages.extend(split_into_passages(document, names, sizes, self._encoder.count_tokens, advance))
                advance(0, f"{number} of {len(changes.fresh)} documents")
        return passages

    def _embed_units(
        self,
        documents: Sequence[Document],
        passages: Sequence[Passage],
        units: Sequence[Unit],
        previous: GenerationContents | None,
    ) -> UnitEmbeddings:
        contexts = [""] * len(passages)
        if self._settings.context != "none":
            contexts = shorten_to_fit(self._encoder, build_contexts(documents, passages))
        edges = [(p.sentences[0].start, p.sentences[-1].end) for p in passages]
        inputs = [
            UnitInput(text, contexts[unit.passage], (unit.start, unit.end) == edges[unit.passage])
            for text, unit in zip(slice_unit_texts(documents, passages, units), units, strict=True)
        ]
        if previous is None:
            self._encoder.check_quantization([unit.text for unit in inputs])
        reusable = PreviousEmbeddings(previous) if previous else None
        return embed_units(inputs, self._encoder, self._folder, reusable, self._progress)

    def _index_parts(
        self,
        documents: Sequence[Document],
        passages: Sequence[Passage],
        units: Sequence[Unit],
        embeddings: UnitEmbeddings,
    ) -> Parts:
        lexical = self._index_words(documents, passages)
        stored = Documents.build(documents)
        table = np.array([(unit.passage, unit.start, unit.end) for unit in units], dtype=np.int64).reshape(-1, 3)
        return Parts(
            stored,
            Passages.build(passages, stored),
            table,
            embeddings.keys,
            embeddings.vectors,
            lexical,
            embeddings.tokens,
        )

    def _index_words(self, documents: Sequence[Document], passages: Sequence[Passage]) -> BM25Index:
        with self._progress.step("indexing words", len(passages)) as advance:

            def analyze_texts() -> Iterator[list[str]]:
                for text in build_lexical_texts(documents, passages):
                    yield self._analyze(text)
                    advance(1)

            return BM25Index.build(analyze_texts(), count_words(build_lexical_texts(documents, passages)))

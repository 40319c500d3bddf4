"""Make the contents of a generation: chunk, embed and index what is new, and merge it with what stays."""

from pathlib import Path

import numpy as np

from index.build.changes import Changes
from index.build.embed_units import PreviousEmbeddings, UnitEmbeddings, embed_units
from index.build.merge import Parts, merge_parts
from index.build.split_documents import SplittingRules, split_documents
from index.build.unit_inputs import UnitInputs, UnitTexts
from index.disk.arrays import RowSource
from index.disk.splice import REMOVED
from index.generation.documents import Documents
from index.generation.generation import GenerationContents, UnitTable
from index.generation.passages import Passages
from index.progress import Progress, count_each
from index.search.bm25 import BM25Index
from index.search.stores import find_store
from index.search.stores.access import StoreAccess
from index.settings import IndexSettings
from index.text.analyzer import Analyzer, count_words
from index.text.sentences import PunctuatedNames
from index.types import Encoder, Positions, Store


class Assembler:
    """Makes contents with the same settings and model, in the same index folder."""

    def __init__(self, settings: IndexSettings, encoder: Encoder, progress: Progress) -> None:
        """Remember them; temporary files go into the index folder."""
        self._settings, self._encoder, self._progress = settings, encoder, progress
        self._folder, self._analyze = Path(settings.index), Analyzer(settings.stemmer)
        self._stores = find_store(settings.store, StoreAccess.read(self._folder))

    def assemble(self, changes: Changes, reusable: PreviousEmbeddings | None) -> tuple[GenerationContents, int]:
        """Return the contents of the next generation, and the number of units that were embedded.

        ``reusable`` are embeddings of the same model, which are not made again. Raise OSError or sqlite3.Error if the
        folder cannot be written.
        """
        parts, reused = self._make_parts(changes, reusable)
        embedded = len(parts.units) - reused
        if changes.base:
            parts, positions = merge_parts(changes.base, parts, changes, self._folder)
            store = self._merge_store(parts.vectors, changes.base.store, positions)
        else:
            store = self._stores.build(parts.vectors)
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
        return contents, embedded

    def _merge_store(self, vectors: RowSource, old: Store, positions: Positions) -> Store:
        # What the old store has learned suits the vectors as long as most of them are the same.
        is_same = 2 * np.count_nonzero(positions != REMOVED) > len(vectors)
        return self._stores.merge(vectors, old, positions) if is_same else self._stores.build(vectors)

    def _make_parts(self, changes: Changes, reusable: PreviousEmbeddings | None) -> tuple[Parts, int]:
        """Return the parts of a generation of the fresh documents, and the number of units that were not embedded.

        Texts, vectors and tokens are in temporary files as soon as they are known, and read from there when they are
        needed, so that memory grows by a few hundred bytes for each passage.
        """
        with self._progress.step("storing texts", len(changes.fresh)) as advance:
            documents = Documents.build(count_each(changes.fresh, advance), self._folder)
        names = PunctuatedNames.choose_from(changes.marked_names)
        rules = SplittingRules(names, self._settings.chunk_sizes(self._encoder.max_tokens), self._encoder.count_tokens)
        passages, units = split_documents(changes.fresh, documents, rules, self._folder, self._progress)
        embeddings = self._embed_units(passages, units, reusable)
        lexical = self._index_words(passages)
        parts = Parts(documents, passages, units, embeddings.keys, embeddings.vectors, lexical, embeddings.tokens)
        return parts, embeddings.reused

    def _embed_units(self, passages: Passages, units: UnitTable, reusable: PreviousEmbeddings | None) -> UnitEmbeddings:
        inputs = UnitInputs(passages, units, self._encoder, has_context=self._settings.context != "none")
        if reusable is None:
            self._encoder.check_quantization(UnitTexts(inputs))
        return embed_units(inputs, self._encoder, self._folder, reusable, self._progress)

    def _index_words(self, passages: Passages) -> BM25Index:
        with self._progress.step("indexing words", len(passages)) as advance:
            texts = map(passages.build_searchable_text, range(len(passages)))
            spellings = count_words(map(passages.build_searchable_text, range(len(passages))))
            return BM25Index.build(map(self._analyze, count_each(texts, advance)), spellings, self._folder)

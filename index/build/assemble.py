"""Make the contents of a generation: chunk, embed and index what is new, and merge it with what stays."""

from pathlib import Path

import numpy as np

from index.build.changes import Changes
from index.build.embed_units import PreviousEmbeddings, UnitEmbeddings, embed_units
from index.build.merge import Parts, merge_parts
from index.build.unit_inputs import UnitInputs, UnitTexts
from index.disk.arrays import RowSource, SpooledArray
from index.disk.splice import REMOVED
from index.generation.documents import Documents
from index.generation.generation import GenerationContents, UnitTable
from index.generation.passage_table import PassageSpool
from index.generation.passages import Passages
from index.progress import Progress, count_each
from index.search.bm25 import BM25Index
from index.search.stores import STORES
from index.settings import IndexSettings
from index.text.analyzer import Analyzer, count_words
from index.text.chunking import make_units, split_into_passages
from index.text.sentences import PunctuatedNames
from index.types import Encoder, Positions, Store


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
        parts, reused = self._make_parts(changes, previous)
        embedded = len(parts.units) - reused
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
        return contents, embedded

    def _merge_store(self, vectors: RowSource, old: Store, positions: Positions) -> Store:
        kind = STORES[self._settings.store]()
        # What the old store has learned suits the vectors as long as most of them are the same.
        is_same = 2 * np.count_nonzero(positions != REMOVED) > len(vectors)
        return kind.merge(vectors, old, positions) if is_same else kind.build(vectors)

    def _make_parts(self, changes: Changes, previous: GenerationContents | None) -> tuple[Parts, int]:
        """Return the parts of a generation of the fresh documents, and the number of units that were not embedded.

        Texts, vectors and tokens are in temporary files as soon as they are known, and read from there when they are
        needed, so that memory grows by a few hundred bytes for each passage.
        """
        with self._progress.step("storing texts", len(changes.fresh)) as advance:
            documents = Documents.build(count_each(changes.fresh, advance), self._folder)
        passages, units = self._split_documents(changes, documents)
        embeddings = self._embed_units(passages, units, previous)
        lexical = self._index_words(passages)
        parts = Parts(documents, passages, units, embeddings.keys, embeddings.vectors, lexical, embeddings.tokens)
        return parts, embeddings.reused

    def _split_documents(self, changes: Changes, documents: Documents) -> tuple[Passages, UnitTable]:
        names = PunctuatedNames.choose_from(changes.marked_names)
        sizes, units = self._settings.chunk_sizes(self._encoder.max_tokens), SpooledArray(self._folder, np.int64, (3,))
        passages = PassageSpool(documents, self._folder)
        characters = int(documents.facts["characters"].sum())
        with self._progress.step("splitting", characters, "characters") as advance:
            for number, document in enumerate(changes.fresh, 1):
                own = split_into_passages(document, names, sizes, self._encoder.count_tokens, advance)
                rows = [(len(passages) + unit.passage, unit.start, unit.end) for unit in make_units(own)]
                units.append(np.array(rows, dtype=np.int64).reshape(-1, 3))
                passages.append(own)
                advance(0, f"{number} of {len(documents)} documents")
        return Passages(documents, *passages.open_tables()), units.read_columns()

    def _embed_units(self, passages: Passages, units: UnitTable, previous: GenerationContents | None) -> UnitEmbeddings:
        inputs = UnitInputs(passages, units, self._encoder, has_context=self._settings.context != "none")
        if previous is None:
            self._encoder.check_quantization(UnitTexts(inputs))
        reusable = PreviousEmbeddings(previous) if previous else None
        return embed_units(inputs, self._encoder, self._folder, reusable, self._progress)

    def _index_words(self, passages: Passages) -> BM25Index:
        with self._progress.step("indexing words", len(passages)) as advance:
            texts = map(passages.build_searchable_text, range(len(passages)))
            spellings = count_words(map(passages.build_searchable_text, range(len(passages))))
            return BM25Index.build(map(self._analyze, count_each(texts, advance)), spellings, self._folder)

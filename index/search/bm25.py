"""Lexical retrieval: BM25 over passages.

Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework", in the Lucene variant
(Kamphuis et al. 2020), whose scores are never negative. Scores are computed when an index is built ("eager scoring",
Lù 2024, "BM25S"). The counts behind them are kept as well, because every score changes with the collection: so an
index can be built from the one before it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from math import log1p
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import SpooledArray, open_array, save_rows
from index.disk.splice import FRESH, OLD, REMOVED, Splice
from index.search.max_score import PostingList, WeightedTerm, find_candidates
from index.search.postings import KeptPostings, Postings, PostingSpool, merge_postings, number_terms
from index.search.top_k import select_top_k
from index.types import Positions, SearchResult

# The defaults of Anserini, the baseline that publications on passage retrieval compare with.
K1, B = 0.9, 0.4
ARRAYS = ("data", "counts", "indices", "indptr", "lengths")
VOCABULARY_FILE = "lexical.json"
# Terms whose posting lists are kept: finding the highest score of a list reads all of it.
MAX_CACHED_TERMS = 100_000
# Questions whose scores of all passages are kept, because search and the rescoring after it need the same ones.
MAX_CACHED_QUESTIONS = 16
# Collections, and filters, up to these sizes are scored completely, which is faster than max-score pruning there.
MAX_PASSAGES_SCORED_ALL = 30_000
MAX_ALLOWED_SCORED_ALL = 10_000

# The terms of a question with their weights. BM25 is linear in them.
TermWeights = Mapping[str, float]


class BM25Index:
    """Inverted index with precomputed BM25 scores; higher is better.

    ``spellings``: how often each word occurs in the texts as written there, case-folded.
    """

    def __init__(self, vocabulary: Mapping[str, int], arrays: Mapping[str, Any], spellings: Mapping[str, int]) -> None:
        """Use ``build``, ``merge`` or ``load``.

        ``vocabulary`` gives the number of each term, in alphabetical order. ``arrays`` is a sparse matrix by terms: the
        passages of each (``indices``), its score (``data``) and how often it occurs (``counts``) in each, and where
        each term's entries begin (``indptr``); and the number of terms of each passage (``lengths``). The first three
        may be in files.
        """
        self._vocabulary, self._arrays = vocabulary, arrays
        self._length = len(arrays["lengths"])
        self.spellings = spellings
        self._read_postings = lru_cache(maxsize=MAX_CACHED_TERMS)(self._read_postings_uncached)
        self._score_all = lru_cache(maxsize=MAX_CACHED_QUESTIONS)(lambda terms: self._sum_terms(dict(terms)))
        self.idf = lru_cache(maxsize=MAX_CACHED_TERMS)(self._idf_uncached)

    @classmethod
    def build(
        cls, passages: Iterable[Sequence[str]], spellings: Mapping[str, int] | None = None, folder: Path | None = None
    ) -> "BM25Index":
        """Build the index from the terms of each passage, as ``index.text.analyzer`` returns them.

        Neither they nor the scores are kept in memory if there are many, but in temporary files in ``folder``.
        """
        spool = PostingSpool(folder)
        for passage in passages:
            spool.append(passage)
        found = spool.finish()
        return cls._score_postings(found.vocabulary, found.sort(), found.lengths, spellings or {}, folder)

    @classmethod
    def merge(
        cls,
        parts: "Sequence[BM25Index]",
        splice: Splice,
        spellings: Mapping[str, int],
        folder: Path | None = None,
    ) -> "BM25Index":
        """Build the index of a collection whose passages are those of two others, ``OLD`` and ``FRESH``.

        It equals the one that ``build`` makes of the same passages.
        """
        lengths = splice.concatenate([part._arrays["lengths"] for part in parts])
        kept = [part._keep_postings(splice.map_positions(table, len(part))) for table, part in enumerate(parts)]
        names = [list(part._vocabulary) for part in parts]
        used = [np.flatnonzero(postings.count_passages()).tolist() for postings in kept]
        vocabulary = number_terms({names[table][term] for table in (OLD, FRESH) for term in used[table]})
        numbers = [np.full(len(own), REMOVED, dtype=np.int64) for own in names]
        for table, terms in enumerate(used):
            numbers[table][terms] = [vocabulary[names[table][term]] for term in terms]
        return cls._score_postings(vocabulary, merge_postings(kept, numbers), lengths, spellings, folder)

    def _keep_postings(self, positions: Positions) -> KeptPostings:
        """Return the entries of the passages that stay, with their new positions."""
        return KeptPostings(self._arrays["indptr"], self._arrays["indices"], self._arrays["counts"], positions)

    @classmethod
    def _score_postings(
        cls,
        vocabulary: Mapping[str, int],
        blocks: Iterable[Postings],
        lengths: NDArray[np.int32],
        spellings: Mapping[str, int],
        folder: Path | None,
    ) -> "BM25Index":
        """Compute idf · tf / (tf + k1 · (1 - b + b · length / mean length)) for each entry of blocks by term."""
        norms = (K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9))).astype(np.float32) if len(lengths) else lengths
        frequencies = np.zeros(len(vocabulary), dtype=np.int64)
        spools = {"data": np.float32, "counts": np.int32, "indices": np.int32}
        arrays = {name: SpooledArray(folder, dtype) for name, dtype in spools.items()}
        for block in blocks:
            first = int(block.terms[0])
            own = np.bincount(block.terms - first)
            frequencies[first : first + len(own)] = own
            idf = np.log1p((len(lengths) - own + 0.5) / (own + 0.5)).astype(np.float32)
            counts = block.counts.astype(np.float32)
            arrays["data"].append(idf[block.terms - first] * counts / (counts + norms[block.passages]))
            arrays["counts"].append(block.counts)
            arrays["indices"].append(block.passages)
        pointers = np.concatenate([[0], np.cumsum(frequencies, dtype=np.int64)])
        opened = {name: spool.open_array() for name, spool in arrays.items()}
        return cls(vocabulary, {**opened, "indptr": pointers, "lengths": lengths}, spellings)

    def __len__(self) -> int:
        """Return the number of passages."""
        return self._length

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every term of the passages."""
        return frozenset(self._vocabulary)

    def passage_frequency(self, term: str) -> int:
        """Return the number of passages that contain the term."""
        number = self._vocabulary.get(term)
        if number is None:
            return 0
        pointers = self._arrays["indptr"]
        return int(pointers[number + 1] - pointers[number])

    def _idf_uncached(self, term: str) -> float:
        """Return ln(1 + (N - n + 0.5) / (n + 0.5)), which is highest for a term of no passage."""
        frequency = self.passage_frequency(term)
        return log1p((self._length - frequency + 0.5) / (frequency + 0.5))

    def contains_term(self, term: str, positions: Positions) -> NDArray[np.bool_]:
        """Return which of these passages contain the term, shape (len(positions),)."""
        if term not in self._vocabulary:
            return np.zeros(len(positions), dtype=np.bool_)
        return self._read_postings(term).contains_passages(positions)

    def score_all(self, weights: TermWeights) -> NDArray[np.float32]:
        """Return the score of every passage, shape (len(self),); 0 if it has none of the terms.

        The array is cached and must not be changed.
        """
        return self._score_all(tuple(weights.items()))

    def score_passages(self, weights: TermWeights, positions: Positions) -> NDArray[np.float32]:
        """Return the scores of these passages, shape (len(positions),), equal to those of ``score_all`` to the bit."""
        if self._length <= MAX_PASSAGES_SCORED_ALL:
            return self.score_all(weights)[positions]
        return self._sum_terms(weights, positions)

    def search(self, weights: TermWeights, k: int, allowed: Positions | None = None) -> SearchResult:
        """Return the ``k`` best passages that contain at least one of the terms, ties by position."""
        if allowed is None and self._length <= MAX_PASSAGES_SCORED_ALL:
            scores = self.score_all(weights)
            found = np.flatnonzero(scores)
            return select_top_k(found, scores[found], k)
        if allowed is None or len(allowed) > MAX_ALLOWED_SCORED_ALL:
            allowed = find_candidates(self._weigh_terms(weights), k, self._length, allowed)
        scores = self.score_passages(weights, allowed)
        found = np.flatnonzero(scores)
        return select_top_k(allowed[found], scores[found], k)

    def _sum_terms(self, weights: TermWeights, positions: Positions | None = None) -> NDArray[np.float32]:
        """Return the weighted sum over the terms for these passages, or for all.

        Terms of equal weight are summed before they are multiplied, always in the same order, so that one
        passage's sum is rounded the same way however many others are scored with it.
        """
        size = self._length if positions is None else len(positions)
        total = np.zeros(size, dtype=np.float32)
        for weight, terms in groupby(self._weigh_terms(weights), key=attrgetter("weight")):
            group = np.zeros(size, dtype=np.float32)
            for term in terms:
                if positions is None:
                    term.postings.add_scores(group)
                else:
                    group += term.postings.score_passages(positions)
            total += weight * group
        return total

    def _weigh_terms(self, weights: TermWeights) -> list[WeightedTerm]:
        """Return the terms that some passage contains, by weight and then in the order of the question."""
        known = [(term, weight) for term, weight in weights.items() if term in self._vocabulary]
        known.sort(key=itemgetter(1))
        return [WeightedTerm(self._read_postings(term), np.float32(weight)) for term, weight in known]

    def _read_postings_uncached(self, term: str) -> PostingList:
        number = self._vocabulary[term]
        rows = slice(*self._arrays["indptr"][number : number + 2].tolist())
        scores = self._arrays["data"][rows]
        return PostingList(self._arrays["indices"][rows], scores, float(scores.max()))

    def save(self, folder: Path) -> None:
        """Write arrays and JSON, no pickle, into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        about = {"vocabulary": self._vocabulary, "spellings": self.spellings}
        (folder / VOCABULARY_FILE).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        for name, values in self._arrays.items():
            save_rows(folder / f"{name}.npy", values)

    @classmethod
    def load(cls, folder: Path) -> "BM25Index":
        """Load what ``save`` wrote."""
        about = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
        arrays = {name: open_array(folder / f"{name}.npy") for name in ARRAYS}
        return cls(about["vocabulary"], arrays, about["spellings"])

"""Lexical retrieval: BM25 over passages.

Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework", in the Lucene variant
(Kamphuis et al. 2020), whose scores are never negative. Scores are computed when an index is built ("eager scoring",
Lù 2024, "BM25S"). The counts behind them are kept as well, because every score changes with the collection: so an
index can be built from the one before it.
"""

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import log1p
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import open_array
from index.disk.splice import FRESH, OLD, REMOVED, Splice
from index.search.max_score import PostingList, WeightedTerm, find_candidates
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


@dataclass(frozen=True, slots=True)
class Postings:
    """Which passages contain each term, and how often: a sparse matrix by terms, in rising order of both.

    ``terms`` (the number of the term), ``passages`` and ``counts`` have one row an entry, shape (entries,).
    """

    terms: NDArray[np.int32] | NDArray[np.int64]
    passages: NDArray[np.int32] | NDArray[np.int64]
    counts: NDArray[np.int32]


class BM25Index:
    """Inverted index with precomputed BM25 scores; higher is better.

    ``spellings``: how often each word occurs in the texts as written there, case-folded.
    """

    def __init__(
        self, vocabulary: Mapping[str, int], arrays: Mapping[str, NDArray[Any]], spellings: Mapping[str, int]
    ) -> None:
        """Use ``build``, ``merge`` or ``load``.

        ``vocabulary`` gives the number of each term, in alphabetical order. ``arrays`` is a sparse matrix by terms: the
        passages of each (``indices``), its score (``data``) and how often it occurs (``counts``) in each, and where
        each term's entries begin (``indptr``); and the number of terms of each passage (``lengths``).
        """
        self._vocabulary, self._arrays = vocabulary, arrays
        self._length = len(arrays["lengths"])
        self.spellings = spellings
        self._read_postings = lru_cache(maxsize=MAX_CACHED_TERMS)(self._read_postings_uncached)
        self._score_all = lru_cache(maxsize=MAX_CACHED_QUESTIONS)(lambda terms: self._sum_terms(dict(terms)))
        self.idf = lru_cache(maxsize=MAX_CACHED_TERMS)(self._idf_uncached)

    @classmethod
    def build(cls, passages: Iterable[Sequence[str]], spellings: Mapping[str, int] | None = None) -> "BM25Index":
        """Build the index from the terms of each passage, as ``index.text.analyzer`` returns them.

        The terms of a passage are not kept once they are counted: each entry takes eight bytes.
        """
        numbers: dict[str, int] = {}
        terms, counts, sizes, lengths = (array("i") for _ in range(4))
        for passage in passages:
            found = Counter(passage)
            terms.extend(numbers.setdefault(term, len(numbers)) for term in found)
            counts.extend(found.values())
            sizes.append(len(found))
            lengths.append(len(passage))
        vocabulary = _number_terms(numbers)
        alphabetical = np.fromiter(map(vocabulary.__getitem__, numbers), np.int32, len(numbers))
        entries = alphabetical[np.asarray(terms, np.int32)]
        # Entries of a term stay in the order of their passages.
        order = np.argsort(entries, kind="stable")
        places = np.repeat(np.arange(len(sizes), dtype=np.int32), np.asarray(sizes, np.int32))
        postings = Postings(entries[order], places[order], np.asarray(counts, np.int32)[order])
        return cls._score_postings(vocabulary, postings, np.array(lengths, np.int32), spellings or {})

    @classmethod
    def merge(cls, parts: "Sequence[BM25Index]", splice: Splice, spellings: Mapping[str, int]) -> "BM25Index":
        """Build the index of a collection whose passages are those of two others, ``OLD`` and ``FRESH``.

        It equals the one that ``build`` makes of the same passages.
        """
        lengths = splice.concatenate([part._arrays["lengths"] for part in parts])
        kept = [part._keep_postings(splice.map_positions(table, len(part))) for table, part in enumerate(parts)]
        names = [list(part._vocabulary) for part in parts]
        used = [np.flatnonzero(np.bincount(postings.terms)) for postings in kept]
        vocabulary = _number_terms({names[table][term] for table in (OLD, FRESH) for term in used[table].tolist()})
        for table, postings in enumerate(kept):
            numbers = np.zeros(len(names[table]), dtype=np.int64)
            numbers[used[table]] = [vocabulary[names[table][term]] for term in used[table].tolist()]
            postings.terms[:] = numbers[postings.terms]
        terms, passages, counts = (
            np.concatenate([getattr(postings, name) for postings in kept]) for name in Postings.__slots__
        )
        # Both parts are in order, which a stable sort makes use of.
        order = np.argsort(terms * len(lengths) + passages, kind="stable")
        merged = Postings(terms[order], passages[order], counts[order])
        return cls._score_postings(vocabulary, merged, lengths, spellings)

    def _keep_postings(self, positions: Positions) -> Postings:
        """Return the entries of the passages that stay, with their new positions."""
        terms = np.repeat(np.arange(len(self._vocabulary)), np.diff(self._arrays["indptr"]))
        passages = positions[self._arrays["indices"]]
        stays = passages != REMOVED
        return Postings(terms[stays], passages[stays], self._arrays["counts"][stays])

    @classmethod
    def _score_postings(
        cls,
        vocabulary: Mapping[str, int],
        postings: Postings,
        lengths: NDArray[np.int32],
        spellings: Mapping[str, int],
    ) -> "BM25Index":
        """Compute idf · tf / (tf + k1 · (1 - b + b · length / mean length)) for each entry."""
        frequencies = np.bincount(postings.terms, minlength=len(vocabulary))
        idf = np.log1p((len(lengths) - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
        norms = (K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9))).astype(np.float32) if len(lengths) else lengths
        counts = postings.counts.astype(np.float32)
        arrays: dict[str, NDArray[Any]] = {
            "data": idf[postings.terms] * counts / (counts + norms[postings.passages]),
            "counts": postings.counts,
            "indices": postings.passages.astype(np.int32),
            "indptr": np.concatenate([[0], np.cumsum(frequencies, dtype=np.int64)]),
            "lengths": lengths,
        }
        return cls(vocabulary, arrays, spellings)

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
            np.save(folder / f"{name}.npy", values, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "BM25Index":
        """Load what ``save`` wrote."""
        about = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
        arrays = {name: open_array(folder / f"{name}.npy") for name in ARRAYS}
        return cls(about["vocabulary"], arrays, about["spellings"])


def _number_terms(terms: Iterable[str]) -> dict[str, int]:
    """Return numbers for terms, in alphabetical order, so that equal collections have equal indexes."""
    return {term: number for number, term in enumerate(sorted(terms))}

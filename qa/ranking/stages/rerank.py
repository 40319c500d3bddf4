"""Reranking: the reader reads the first passages together with the question, which is slow and sees most.

Nogueira & Cho 2019, "Passage Re-ranking with BERT". The reader's logit, which is a log odds, is added
to the fused score with a weight. The sum is never below the fused score, so a passage that was not
read stays below all that were. Passages are read one by one, until the next one is not likely to become the
first, or nothing is likely to answer. A passage in a language that the reader does not read gains as much as
the mean of those that were read. Measured rows: ``docs/quality.md``.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, tee
from math import inf
from statistics import fmean
from typing import NamedTuple

from index.generation.generation import GenerationContents
from qa.cancellation import raise_if_cancelled
from qa.ranking.fusion import Hit, sort_hits
from qa.ranking.retrieval import UNREAD_LANGUAGE
from qa.ranking.retriever import call_leg
from qa.reader.language import can_read
from qa.tracing import trace_step
from qa.types import Query, Reader, Reading

# Reading time grows with the number and the length of passages: at most this many of each are read. The first passage
# is always read.
MAX_PASSAGES, MAX_CHARACTERS = 12, 3300
# What a logit adds to a score, beside a score of about 2, and the limit of the logits. On collections of 17 kinds
# whose articles nothing was trained on, 0.15 is better than 0.1 on average, and 0.2 is worse on some.
WEIGHT, MAX_RELEVANCE = 0.15, 8.0
READER = "reader"


class StoppingRule(NamedTuple):
    """When enough passages have been read; the numbers are logits of relevance.

    ``likely`` is how relevant an unread passage with the fused score of the first one may turn out to be (one in twenty
    is more so). For each point that its score is behind, it is ``fall`` less if it has ``FALL_CHARACTERS``: what one
    passage in twenty exceeds falls by 2 to 4 for a point, and a short passage costs less to read. Beside reading two at
    a time while a relevance of 5 was enough, a seventh to two fifths less is read, and nDCG@10 is at most 0.0014 lower
    on any of seven sets.

    If all that was read is less relevant than ``hopeless``, nothing else is expected to answer. A question about
    something else then has a quarter less read.
    """

    likely: float = 5.25
    fall: float = 2.5
    hopeless: float = -4.0


STOPPING_RULE, NEVER_STOP = StoppingRule(), StoppingRule(likely=inf, hopeless=-inf)
FALL_CHARACTERS = 375
# How relevant an unread passage with the score of the first one is on average where reading stops, and how much less it
# is for each point that it is behind. On seven sets the best one read then leads by as much over the second as it does
# if all are read, which the calibration counts on.
EXPECTED_RELEVANCE, EXPECTED_FALL = 1.0, 2.5
# Fewer characters than this, about three passages, are never hopeless.
HOPELESS_CHARACTERS = 1000


class Rerank:
    """Adds the reader's logit to the first hits and keeps what it says of each; does nothing without a reader."""

    def __init__(
        self,
        contents: GenerationContents,
        reader: Reader | None,
        weight: float = WEIGHT,
        max_characters: int = MAX_CHARACTERS,
        stopping: StoppingRule = STOPPING_RULE,
    ) -> None:
        """Read nothing yet; an ablation gives another ``weight``, more characters and with them passages, or a rule."""
        self._passages, self._reader = contents.passages, reader
        self._weight, self._max_characters = weight, max_characters
        self._stopping = stopping

    def __call__(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """Return the same hits, best first, ties by position; in the same order if the reader fails."""
        if self._reader is None or not hits:
            return hits
        first = self._select_hits(hits)
        # The engine reports a failed reader as degraded.
        readings = call_leg(READER, self._read_until_enough, self._reader, query, first)
        if readings is None:
            return [*(hit._replace(unread=READER) for hit in first), *hits[len(first) :]]
        gains = [self._measure_gain(reading) for reading in readings if reading]
        # Neither above nor below the passages that were read, on average.
        mean = fmean(gains) if gains else 0.0
        read = [
            hit._replace(score=hit.score + self._measure_gain(reading), reading=reading)
            if reading
            else hit._replace(score=hit.score + mean, unread=UNREAD_LANGUAGE)
            for hit, reading in zip(hits, readings, strict=False)
        ]
        rest = hits[len(read) :]
        if gains and rest:
            # The others have lower scores, so less is expected of them.
            behind = hits[0].score - rest[0].score
            rest[0] = rest[0]._replace(expected=self._add_gain(rest[0], EXPECTED_RELEVANCE - EXPECTED_FALL * behind))
        return [*sort_hits(read), *rest]

    def _select_hits(self, hits: list[Hit]) -> list[Hit]:
        """Return as many first hits as may be read."""
        first = hits[: MAX_PASSAGES * self._max_characters // MAX_CHARACTERS]
        sizes = accumulate(len(self._passages.get_text(hit.passage)) for hit in first)
        return first[: max(1, sum(size <= self._max_characters for size in sizes))]

    def _read_until_enough(self, reader: Reader, query: Query, hits: Sequence[Hit]) -> list[Reading | None]:
        """Return the readings of the first hits, as many as the rule wants.

        None if the reader does not read the language of the passage or of the question.
        """
        if not can_read(reader, query.question):
            return [None] * len(hits)
        readings: list[Reading | None] = []
        with trace_step("read") as attributes:
            for reading in self._read_hits(reader, query, hits):
                readings.append(reading)
                attributes["passages"] = sum(reading is not None for reading in readings)
                if self._is_enough(hits, readings):
                    break
                raise_if_cancelled()
        return readings

    def _read_hits(self, reader: Reader, query: Query, hits: Sequence[Hit]) -> Iterator[Reading | None]:
        """Yield the reading of each hit when it is asked for."""
        texts = ((self._passages.get_context(hit.passage), self._passages.get_text(hit.passage)) for hit in hits)
        asked, given = tee((text, can_read(reader, text[1])) for text in texts)
        readings = iter(reader.read(query.searched_as, (text for text, readable in given if readable)))
        for _, readable in asked:
            yield next(readings) if readable else None

    def _is_enough(self, hits: Sequence[Hit], readings: Sequence[Reading | None]) -> bool:
        """Return whether the next hit is not likely to become the first, or nothing is likely to answer."""
        if len(readings) == len(hits):
            return True
        rule, following = self._stopping, hits[len(readings)]
        size = len(self._passages.get_text(following.passage)) / FALL_CHARACTERS
        highest = self._add_gain(following, rule.likely - rule.fall * size * (hits[0].score - following.score))
        read = [(hit, reading) for hit, reading in zip(hits, readings, strict=False) if reading]
        if any(hit.score + self._measure_gain(reading) > highest for hit, reading in read):
            return True
        if not read or any(reading.relevance >= rule.hopeless for _, reading in read):
            return False
        return sum(len(self._passages.get_text(hit.passage)) for hit, _ in read) >= HOPELESS_CHARACTERS

    def _add_gain(self, hit: Hit, relevance: float) -> float:
        """Return the score that an unread hit has if it is as relevant as that."""
        return hit.score + self._weight * max(0.0, MAX_RELEVANCE + relevance)

    def _measure_gain(self, reading: Reading) -> float:
        return self._weight * (MAX_RELEVANCE + max(-MAX_RELEVANCE, min(MAX_RELEVANCE, reading.relevance)))

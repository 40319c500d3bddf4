"""LRU cache of answers, for questions that are asked again."""

import gc
import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import blake2b
from threading import Lock
from time import perf_counter
from typing import TypeAlias

from qa.types import Answer, Request
from qa.web.engine.callers import PATIENT, Caller

# A thousand answers with five passages each, or some dozens with fifty.
MAX_BYTES = 16 * 1024 * 1024

# The questions of a caller to their answers, in order; called from several threads at once.
AskMany: TypeAlias = Callable[[Sequence[Request], Caller], list[Answer]]


@dataclass(frozen=True, slots=True)
class _Entry:
    answer: Answer
    size: int


class AnswerCache:
    """The most recently used answers of one generation. Thread-safe."""

    def __init__(self, ask_many: AskMany, max_bytes: int = MAX_BYTES) -> None:
        """Wrap ``ask_many`` and keep answers that take at most ``max_bytes`` of memory together."""
        self._ask_many, self._max_bytes = ask_many, max_bytes
        # By digest: a request with a long history is many times as large as its answer.
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def ask_many(self, questions: Sequence[Request], caller: Caller = PATIENT) -> list[Answer]:
        """Return the answers in order, asking each question that is not cached once.

        ``took_ms`` of a cached answer is the time of the look-up.
        """
        started = perf_counter()
        keys = [_digest_request(question) for question in questions]
        found = {key: answer for key in keys if (answer := self._look_up(key))}
        took_ms = (perf_counter() - started) * 1000 / max(1, len(questions))
        found = {key: replace(answer, took_ms=took_ms) for key, answer in found.items()}
        new = {key: question for key, question in zip(keys, questions, strict=True) if key not in found}
        answers = dict(zip(new, self._ask_many([*new.values()], caller), strict=True)) if new else {}
        for key, answer in answers.items():
            self._store_answer(key, answer)
        return [found.get(key) or answers[key] for key in keys]

    def _look_up(self, key: bytes) -> Answer | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry:
                self._entries.move_to_end(key)
        return entry.answer if entry else None

    def _store_answer(self, key: bytes, answer: Answer) -> None:
        # A leg that failed may work the next time, so an answer without it is not worth keeping.
        if answer.retrieval.failed:
            return
        entry = _Entry(answer, measure_bytes(answer))
        with self._lock:
            if key in self._entries:
                self._size -= self._entries.pop(key).size
            self._entries[key] = entry
            self._size += entry.size
            while self._size > self._max_bytes:
                self._size -= self._entries.popitem(last=False)[1].size


def measure_bytes(value: object) -> int:
    """Return the memory that an object takes with all that it refers to, classes and their members left out."""
    seen: dict[int, object] = {}
    pending = [value]
    while pending:
        one = pending.pop()
        if id(one) not in seen and not isinstance(one, type | Enum):
            seen[id(one)] = one
            pending += gc.get_referents(one)
    return sum(map(sys.getsizeof, seen.values()))


def _digest_request(request: Request) -> bytes:
    # The repr of a dataclass quotes its texts, so that no two requests share one.
    return blake2b(repr(request).encode("utf-8", "surrogatepass"), digest_size=16).digest()

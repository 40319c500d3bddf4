"""Every question asked in batches, the answers kept as they come: what was interrupted goes on."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from index.progress import Progress
from qa.evaluation.measures.latency import summarise_latency
from qa.evaluation.runs.answer_sources import AnswerSource
from qa.evaluation.types import Judgement, Latency, RunDescription, SystemReply
from qa.types import Request

BATCH = 64
# Questions asked one at a time, for the latency.
MAX_TIMED = 100
WARM_UP = 3
BEGUN, ANSWERS, SCORES = "begun.json", "answers.jsonl", "scores.json"


@dataclass(frozen=True, slots=True)
class AllReplies:
    """The replies in the order of the questions; ``again`` of them were kept from before."""

    replies: tuple[SystemReply, ...]
    latency: Latency | None
    again: int


def ask_all(
    asker: AnswerSource, judgements: Sequence[Judgement], about: RunDescription, folder: Path | None, progress: Progress
) -> AllReplies:
    """Return the reply to every judgement.

    With a ``folder``, each batch is written to its ``answers.jsonl`` as it comes. An
    unfinished run of the same ``about`` in it is continued; anything else is begun again.
    """
    requests = [_build_request(judgement, about) for judgement in judgements]
    journal = _Journal(folder, about) if folder else None
    replies = [SystemReply.from_json(answer) for answer in journal.kept(judgements)] if journal else []
    again = len(replies)
    started = perf_counter()
    with progress.step("asking", len(judgements) - again) as advance:
        for batch in _split_batches(range(again, len(judgements))):
            answers = asker.ask([requests[i] for i in batch])
            if journal:
                journal.add([judgements[i].id for i in batch], answers)
            replies += map(SystemReply.from_json, answers)
            advance(len(batch))
    took = perf_counter() - started
    alone = _time_singly(asker, requests[:: -(-len(requests) // MAX_TIMED) or 1], progress)
    return AllReplies(tuple(replies), summarise_latency(alone, len(replies) - again, took), again)


def _build_request(judgement: Judgement, about: RunDescription) -> Request:
    return Request(judgement.question, judgement.history, about.depth, about.mode)


def _split_batches(positions: range) -> Iterator[range]:
    for start in range(0, len(positions), BATCH):
        yield positions[start : start + BATCH]


def _time_singly(asker: AnswerSource, requests: Sequence[Request], progress: Progress) -> list[float]:
    """Return the milliseconds of each, one at a time, after a few that warm everything up."""
    for request in requests[:WARM_UP]:
        asker.ask([request])
    times = []
    with progress.step("timing", len(requests)) as advance:
        for request in requests:
            started = perf_counter()
            asker.ask([request])
            times.append((perf_counter() - started) * 1000)
            advance(1)
    return times


class _Journal:
    """The answers of an unfinished run.

    Only whole batches count: a run that was interrupted asks in the same ones as one that was not.
    """

    def __init__(self, folder: Path, about: RunDescription) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._answers, self._begun, self._scores = folder / ANSWERS, folder / BEGUN, folder / SCORES
        self._about = json.dumps(asdict(about), indent=1) + "\n"

    def kept(self, judgements: Sequence[Judgement]) -> list[Mapping[str, Any]]:
        """Return the answers of this run that are there; begin again if they are another run's or finished."""
        unfinished = self._begun.is_file() and self._answers.is_file() and not self._scores.is_file()
        if unfinished and self._begun.read_text(encoding="utf-8") == self._about:
            return self._whole(judgements)
        self._scores.unlink(missing_ok=True)
        self._answers.write_bytes(b"")
        self._begun.write_text(self._about, encoding="utf-8")
        return []

    def add(self, ids: Sequence[str], answers: Sequence[Mapping[str, Any]]) -> None:
        lines = (json.dumps({"id": name} | dict(a), ensure_ascii=False) for name, a in zip(ids, answers, strict=True))
        with self._answers.open("a", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))

    def _whole(self, judgements: Sequence[Judgement]) -> list[Mapping[str, Any]]:
        lines = self._answers.read_bytes().splitlines(keepends=True)
        found: list[Mapping[str, Any]] = []
        for line, judgement in zip(lines, judgements, strict=False):
            answer = _parse_line(line)
            if answer.get("id") != judgement.id:
                break
            found.append(answer)
        whole = len(found) if len(found) == len(judgements) else len(found) // BATCH * BATCH
        self._answers.write_bytes(b"".join(lines[:whole]))
        return found[:whole]


def _parse_line(line: bytes) -> Mapping[str, Any]:
    """Parse an answer; empty if the line is cut off."""
    try:
        answer = json.loads(line) if line.endswith(b"\n") else {}
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}

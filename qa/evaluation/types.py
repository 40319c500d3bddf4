"""What flows through an evaluation: judgements in, replies beside them, outcomes and a run out."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from index.types import Document, Span
from qa.types import AnswerKind, Mode, Status, Turn

# The questions of a run are searched in one of the modes, or read in texts that are given.
RunMode = Mode | Literal["reading"]


@dataclass(frozen=True, slots=True)
class GoldEvidence:
    """A stretch of a document that answers, as it was quoted when it was judged."""

    document: str
    span: Span
    quote: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A question and what answers it. Neither evidence nor documents: the collection does not say.

    ``evidence`` are places each of which answers; ``documents`` maps ids to grades above 0
    (where there is evidence, it follows from it). ``parts`` are the words that only together
    answer a question for a list; ``near`` are places that only seem to answer. ``kind`` is what
    is asked and ``form`` how. ``wanted`` has the texts of those documents
    if whole ones were judged; ``where`` is the judgement's file and line.
    """

    id: str
    question: str
    history: tuple[Turn, ...] = ()
    evidence: tuple[GoldEvidence, ...] = ()
    documents: Mapping[str, int] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    near: tuple[GoldEvidence, ...] = ()
    kind: str = ""
    form: str = ""
    wanted: Mapping[str, str] = field(default_factory=dict, repr=False)
    where: str = ""

    @property
    def answerable(self) -> bool:
        """Whether the collection says."""
        return bool(self.documents)

    @property
    def texts(self) -> list[str]:
        """The words that answer: the quotes, or the whole documents if those were judged."""
        return [gold.quote for gold in self.evidence] or list(self.wanted.values())


@dataclass(frozen=True, slots=True)
class DataProblem:
    """Something in the data that cannot be scored: ``where`` (file and line), what, and what to do."""

    where: str
    what: str

    def __str__(self) -> str:
        """Return one line for the terminal."""
        return f"{self.where} {self.what}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """Judged questions, and the collection if they bring their own.

    ``documents`` is that collection by id, ``corpus`` the file that it was read from, if
    there is one; both are empty if an index is given. ``problems`` lists what was left out.
    """

    name: str
    judgements: tuple[Judgement, ...]
    documents: Mapping[str, Document] = field(default_factory=dict)
    corpus: Path | None = None
    problems: tuple[DataProblem, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Hex digest of every question and what answers it, wherever the file lies."""
        rows = [[j.id, j.question, [asdict(t) for t in j.history], j.documents, j.answers] for j in self.judgements]
        rows += [[gold.quote for gold in j.evidence] for j in self.judgements]
        return sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ReturnedPassage:
    """A passage as it was returned; ``text`` is kept of the first few only, ``copies`` are other places with it.

    ``near`` are the documents in which nearly the same text was named; where in that its words are is not known.
    """

    document: str
    span: Span
    score: float
    evidence: tuple[Span, ...]
    text: str = ""
    copies: tuple[tuple[str, Span], ...] = ()
    near: tuple[str, ...] = ()

    @property
    def places(self) -> "tuple[ReturnedPassage, ...]":
        """The passage itself, and as if each of its copies had been returned, with the same words marked."""
        return (self, *(self._move(document, span) for document, span in self.copies))

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents in which the passage was named: its own, those of its copies and of its near copies."""
        return (self.document, *(document for document, _ in self.copies), *self.near)

    def _move(self, document: str, span: Span) -> "ReturnedPassage":
        shift = span.start - self.span.start
        evidence = tuple(Span(mark.start + shift, mark.end + shift) for mark in self.evidence)
        return ReturnedPassage(document, span, self.score, evidence, self.text)


MAX_TEXTS = 3


@dataclass(frozen=True, slots=True)
class SystemReply:
    """What is scored of one answer. ``answer`` is its headline, words or a sentence by ``kind``; None if it has none.

    ``place`` is where in which document the headline is, if that is known. ``withheld_words`` are the best ones of a
    reader that gives none, if they are known (``runs/reading.py``). ``words_confidence`` is how sure it is of either.
    ``parts`` are those of a list, or the answer alone.
    """

    status: Status
    confidence: float
    answer: str | None
    passages: tuple[ReturnedPassage, ...]
    words_confidence: float = 0.0
    withheld_words: str | None = None
    kind: AnswerKind = AnswerKind.SPAN
    place: tuple[str, Span] | None = None
    parts: tuple[str, ...] = ()

    @property
    def best_words(self) -> str | None:
        """The words of the answer, or those withheld."""
        return self.withheld_words if self.answer is None else self.answer

    @classmethod
    def from_json(cls, answer: Mapping[str, Any]) -> "SystemReply":
        """Parse the JSON of API.md, so that every way of asking is scored alike."""
        passages = tuple(_parse_passage(passage, rank) for rank, passage in enumerate(answer["passages"]))
        given = answer["answer"] or {}
        kind = AnswerKind(given.get("kind", AnswerKind.SPAN))
        # The sentence of a passage that is shown without a headline is not given as the answer.
        given = {} if kind is AnswerKind.PASSAGE else given
        best = answer.get("best_words") or given
        # A system whose words have no confidence of their own is as sure of them as of their passage.
        sure = best.get("confidence", answer["confidence"]) if best else 0.0
        return cls(
            Status(answer["status"]),
            answer["confidence"],
            given.get("text"),
            passages,
            sure,
            None if given else best.get("text"),
            kind if given else AnswerKind.PASSAGE,
            (given["document"], Span(given["start"], given["end"])) if "start" in given else None,
            # Another system, or an older version, gives only the whole.
            tuple(part["text"] for part in given.get("spans", [given] if given else [])),
        )


# Of a system of which only the ranking is known.
NO_REPLY = SystemReply(Status.NOT_FOUND, 0.0, None, ())


def _parse_passage(passage: Mapping[str, Any], rank: int) -> ReturnedPassage:
    # A service of an older version lists none, or only identical ones.
    copies = passage.get("copies", ())
    same = [copy for copy in copies if copy.get("identical", True)]
    return ReturnedPassage(
        passage["document"]["id"],
        Span(passage["start"], passage["end"]),
        passage["score"],
        tuple(Span(span["start"], span["end"]) for span in passage["evidence"]),
        passage["text"] if rank < MAX_TEXTS else "",
        tuple((copy["document"]["id"], Span(copy["start"], copy["end"])) for copy in same),
        tuple(copy["document"]["id"] for copy in copies if copy not in same),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """One judged question, its reply, and its measures by name."""

    judgement: Judgement
    reply: SystemReply
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its 95 % bootstrap interval, over ``count`` questions."""

    mean: float
    low: float
    high: float
    count: int = 0

    def __str__(self) -> str:
        """Return the interval as tables show it: ``0.734 [0.710, 0.760]``."""
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"

    @property
    def signed(self) -> str:
        """Of a change: ``+0.010 [-0.005, +0.027]``, and no change is not below nothing."""
        mean, low, high = (f"{round(value, 3) + 0.0:+.3f}" for value in (self.mean, self.low, self.high))
        return f"{mean} [{low}, {high}]"


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of questions asked one at a time, and questions per second asked in batches."""

    p50: float
    p95: float
    per_second: float
    count: int


@dataclass(frozen=True, slots=True)
class RunDescription:
    """What was asked, and of which system: two runs are compared only if ``data`` is the same.

    ``data`` is the fingerprint of the judgements, ``index`` names the generation,
    ``program`` is the fingerprint of the code that answered, with the name of its reader.
    """

    name: str
    data: str
    index: str
    mode: RunMode
    depth: int
    program: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Every outcome of one run over a dataset, in the order of the questions."""

    about: RunDescription
    outcomes: tuple[Outcome, ...]
    scores: Mapping[str, Interval]
    latency: Latency | None = None
    problems: tuple[DataProblem, ...] = ()
    command: str = ""

    def values(self, measure: str) -> Mapping[str, float]:
        """Return a measure of each question that has it, by question id."""
        return {o.judgement.id: o.scores[measure] for o in self.outcomes if measure in o.scores}

    def __str__(self) -> str:
        """Return a line for each measure, as the terminal shows it."""
        width = max(map(len, self.scores), default=0)
        return "\n".join(f"{name:{width}}  {i}  over {i.count:,} questions" for name, i in self.scores.items())

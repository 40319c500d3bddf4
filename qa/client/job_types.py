"""What the client returns of writes: jobs and what they changed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoadProblem:
    """A document that was left out, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChangedQuestions:
    """Recorded questions that were asked of both generations; how many have another first passage, or other words."""

    asked: int
    passages: int
    words: int


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """How a generation differs from the one before it."""

    before: str | None
    added: int
    changed: int
    removed: int
    embedded: int
    questions: ChangedQuestions | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A write. ``state`` is ``queued``, ``building``, ``held``, ``published`` or ``failed``."""

    id: str
    state: str
    documents: int
    created_at: str
    updated_at: str
    generation: str | None = None
    reason: str | None = None
    problems: tuple[LoadProblem, ...] = ()
    changes: ChangeSummary | None = None


@dataclass(frozen=True, slots=True)
class JobList:
    """The last jobs, newest first."""

    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation that is kept. Times and counts are None if its manifest cannot be read."""

    generation: str
    served: bool
    built_at: str | None = None
    documents: int | None = None
    passages: int | None = None
    units: int | None = None
    problems: int | None = None


@dataclass(frozen=True, slots=True)
class GenerationList:
    """The generations that are kept, newest first; after a rollback what is built is held."""

    generations: tuple[Generation, ...]
    rolled_back: bool


@dataclass(frozen=True, slots=True)
class Updates:
    """The generation that is served, and how many writes wait to be built."""

    generation: str
    waiting: int

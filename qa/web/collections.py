"""The collections that a server serves: one service for each, and what all of them share."""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from index.errors import DamagedGeneration, NetsphereError
from index.generation.directory import IndexDirectory
from index.generation.metadata import LANGUAGE
from qa.engine import Engine
from qa.web.access.authorization import Authorization
from qa.web.access.keys import Key
from qa.web.engine.collection_asker import CollectionAsker
from qa.web.errors.handlers import DAMAGE_DETAIL
from qa.web.errors.problems import Code, ProblemError
from qa.web.metrics import Metrics
from qa.web.question_store import QuestionStore, place_questions
from qa.web.rate_limit import CallerLimits
from qa.web.service import AppOptions, Service

LOST_DETAIL = "The index folder has no generation to serve, or cannot be read; the log says why."
# The name of the only collection of a server that was given none.
DEFAULT_NAME = "default"


@dataclass(frozen=True, slots=True)
class ServedCollection:
    """An engine under the name of its collection; ``index`` is the folder to write documents to.

    ``is_named`` says whether the name was chosen by somebody, and does not only stand for the one collection there is.
    ``problem`` says why it is not the newest generation; empty if it is.
    """

    name: str
    engine: Engine
    index: Path | None = None
    is_named: bool = True
    problem: str = ""

    @property
    def title(self) -> str:
        """What its folder states, or else its name or that of the folder."""
        catalog = self.engine.catalog
        return catalog.collection.title or (not self.is_named and PurePath(catalog.source).name) or self.name


def place_feedback(path: Path, name: str) -> Path:
    """Return the file of the feedback on a collection, given the setting: two collections may have the same ids."""
    return path.with_name(f"{path.stem}-{name}{path.suffix}") if name else path


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """A collection, what its folder says of it, and what is served of it.

    Without a title in ``collection.toml`` it is the name; ``languages`` are then those that its documents declare.
    ``problem`` says what is wrong with its index folder; what is open of it is served.
    """

    name: str
    title: str
    description: str
    languages: tuple[str, ...]
    documents: int
    passages: int
    generation: str
    default: bool
    problem: str | None = None
    origin: str = ""
    license: str = ""
    questions: tuple[str, ...] = ()


class Collections:
    """The services of all collections, or of those that a key is for; the default one first."""

    def __init__(self, served: Sequence[ServedCollection], options: AppOptions, openapi: dict[str, Any]) -> None:
        """Make a service for each; ``openapi`` is the document that describes the routes."""
        self.options, self.openapi = options, openapi
        self._served = {one.name: one for one in served}
        self._summaries: dict[str, CollectionSummary] = {}
        indexes = {one.name: one.engine.catalog.describe_index() for one in served}
        self.metrics = Metrics(indexes, options.metrics_folder)
        self.authorization = Authorization(options.keys, options.admin_key, options.key_needed)
        questions = place_questions(options.feedback)
        self.questions = QuestionStore(questions, options.keep_questions, options.feedback_mb * 1024 * 1024)
        self.questions.start()
        self.feedback_limits = CallerLimits(options.feedback_per_minute)
        self.asker = CollectionAsker({one.name: one.engine for one in served}, options.max_wait_ms / 1000)
        # What else is to end with the application.
        self.on_close: list[Callable[[], object]] = [self.questions.close]
        self._is_narrowed = False
        self._services = {one.name: self._make_service(one) for one in served}

    def _make_service(self, one: ServedCollection) -> Service:
        return Service(one, self, place_feedback(self.options.feedback, one.name if one.is_named else ""))

    def narrow(self, key: Key) -> "Collections":
        """Return what a key is for: with it there is nothing else, as if the server had no other collections.

        Raises ProblemError if none of its collections is served.
        """
        if key.collections is None:
            return self
        narrowed = copy(self)
        narrowed._served = {name: one for name, one in self._served.items() if name in key.collections}
        if not narrowed._served:
            limit = ", ".join(sorted(key.collections))
            raise ProblemError(
                Code.FORBIDDEN, f"The key {key.name!r} is for {limit}, and this server serves none of these."
            )
        narrowed._is_narrowed = len(narrowed) < len(self)
        narrowed.asker = self.asker.narrow(list(narrowed._served))
        narrowed._services = {name: self._services[name].move_to(narrowed) for name in narrowed._served}
        return narrowed

    def require_all(self) -> None:
        """Raise ProblemError if these are only the collections that the caller's key is for."""
        if self._is_narrowed:
            detail = "This tells of all collections, and the key is for some of them; send one that is for all."
            raise ProblemError(Code.FORBIDDEN, detail)

    def __iter__(self) -> Iterator[Service]:
        """Iterate over the services, the default one first."""
        return iter(self._services.values())

    def __len__(self) -> int:
        """Return the number of collections."""
        return len(self._served)

    @property
    def default(self) -> Service:
        """The service of requests that name no collection, unless they search."""
        return next(iter(self))

    def get(self, name: str | None) -> Service:
        """Return the service of a collection, the default one without a name; raise ProblemError if it is unknown."""
        return self._services[self.asker.find_name(name)]

    def get_first(self, names: Sequence[str]) -> Service:
        """Return the service of the first collection that a question names, of the default one if it names none."""
        return next((self._services[name] for name in names if name in self._services), self.default)

    def list_summaries(self) -> tuple[CollectionSummary, ...]:
        """Describe all collections."""
        return tuple(self.summarize(name) for name in self._served)

    def summarize(self, name: str) -> CollectionSummary:
        """Describe one collection, which is there."""
        # Generations do not change; a new one is served by new processes.
        if name not in self._summaries:
            self._summaries[name] = self._summarize(self._served[name])
        return replace(self._summaries[name], default=name == self.default.name)

    def list_with_problems(self) -> tuple[CollectionSummary, ...]:
        """Describe all collections, and say what is wrong with the folder of each, which is looked at now."""
        return tuple(replace(self.summarize(one.name), problem=_find_problem(one)) for one in self._served.values())

    def _summarize(self, one: ServedCollection) -> CollectionSummary:
        catalog = one.engine.catalog
        index, stated = catalog.describe_index(), catalog.collection
        return CollectionSummary(
            name=one.name,
            title=one.title,
            description=stated.description,
            languages=stated.languages or tuple(row.value for row in catalog.count_facets([LANGUAGE])[LANGUAGE]),
            documents=index.documents,
            passages=index.passages,
            generation=index.generation,
            default=False,  # ``summarize`` says it: it depends on which others there are
            origin=stated.origin,
            license=stated.license,
            questions=stated.questions,
        )

    def check_readiness(self) -> dict[str, dict[str, bool]]:
        """Return for each collection every leg with True; raise ProblemError, which names the one that is not ready."""
        return {service.name: self._check_readiness(service) for service in self}

    def _check_readiness(self, service: Service) -> dict[str, bool]:
        try:
            return service.check_readiness()
        except ProblemError as error:
            if len(self) == 1:
                raise
            detail = f"The collection {service.name}: {error}"
            raise ProblemError(error.code, detail, headers=error.headers) from error

    def record_damage(self, error: DamagedGeneration) -> None:
        """Remember damage that a view came upon, in the collection whose file is damaged."""
        for service in self:
            if len(self) == 1 or service.engine.owns_file(error):
                service.engine.record_damage(error)

    def notify_of_writes(self, notify: Callable[[], object]) -> None:
        """Call ``notify`` after each write, to whichever collection."""
        for service in self:
            service.writer.notify = notify

    def start_suggestions(self) -> None:
        """Start to look for questions that can be suggested."""
        for service in self:
            service.suggestions.start()

    def close(self) -> None:
        """End the threads of all services; requests that are still running get their answers first."""
        for service in self:
            service.suggestions.stop()
        self.asker.batcher.close()
        for end in self.on_close:
            end()


def _find_problem(one: ServedCollection) -> str | None:
    """Return what is wrong with an index folder, without its path, which the log has."""
    if one.engine.find_fault():
        return DAMAGE_DETAIL
    if one.problem:
        return one.problem
    try:
        if one.index:
            IndexDirectory(one.index).require_current()
    except (NetsphereError, OSError):
        return LOST_DETAIL
    return None

"""Ask the collections that a question names, each by itself, and merge what they answer."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace

from index.errors import DamagedGeneration
from qa.answer.merge import merge_answers
from qa.engine import Engine
from qa.types import Answer, Request
from qa.web.engine.answer_cache import AnswerCache
from qa.web.engine.callers import Caller
from qa.web.engine.question_batcher import QuestionBatcher
from qa.web.errors.problems import Code, FieldError, ProblemError, format_value
from qa.web.requests.filter_check import check_filters

# Stands for all collections.
ALL = "*"
# What the names of collections are called beside a filter of documents, by whose name callers know their fields.
FILTER_FIELD, COLLECTION_FIELD = "filter.document", "collection"


class CollectionAsker:
    """Collections behind one queue and one cache, so that their number does not change the load. Thread-safe."""

    def __init__(self, engines: Mapping[str, Engine], max_wait_s: float) -> None:
        """Wrap engines by the names of their collections, in the order in which a tie is decided."""
        self._engines, self._readable = engines, tuple(engines)
        self.batcher = QuestionBatcher(self._ask_engines, max_wait_s)
        self.cache = AnswerCache(self.batcher.ask_many)

    def narrow(self, names: Sequence[str]) -> "CollectionAsker":
        """Return this, with its queue and cache, for a caller who may read only some of the collections."""
        narrowed = copy(self)
        narrowed._readable = tuple(names)
        return narrowed

    def ask_many(self, questions: Sequence[Request], fields: Sequence[str], caller: Caller) -> list[Answer]:
        """Return the answers in order; each is that of one engine if there is one collection and none is named.

        A damaged collection does not keep the others from answering; the answer names it. Raises ProblemError if a
        collection, or what a filter names, is unknown, and DamagedGeneration if nothing else was to be asked.
        """
        chosen = [self._choose(one, field) for one, field in zip(questions, fields, strict=True)]
        self._check_filters(questions, fields, chosen)
        damaged: set[str] = set()
        while True:
            try:
                return self._ask_intact(questions, chosen, damaged, caller)
            except DamagedGeneration:
                found = {name for name, engine in self._engines.items() if engine.find_fault()} - damaged
                if len(self._engines) == 1 or not found:
                    raise
                damaged |= found

    def find_name(self, name: str | None, field: str = COLLECTION_FIELD) -> str:
        """Return the name of one collection, the default one without a name; raise ProblemError if it is unknown.

        One that the caller may not read is as unknown as one that is not there.
        """
        if name is None:
            return self._readable[0]
        if name not in self._readable:
            limit = "" if len(self._readable) == len(self._engines) else " to this key"
            readable = ", ".join(self._readable)
            message = f"{field} names {format_value(name)}, which is not served{limit}; the collections are {readable}"
            raise ProblemError.for_fields([FieldError(field, message, Code.UNKNOWN_COLLECTION.word)])
        return name

    def _choose(self, question: Request, field: str) -> tuple[str, ...]:
        """Return the names of the collections that are to answer a question."""
        if not question.collections or ALL in question.collections:
            return self._readable
        prefix = field.removesuffix(FILTER_FIELD) if field.endswith(FILTER_FIELD) else ""
        found = [self.find_name(name, f"{prefix}{COLLECTION_FIELD}") for name in question.collections]
        return tuple(dict.fromkeys(found))

    def _check_filters(
        self, questions: Sequence[Request], fields: Sequence[str], chosen: Sequence[tuple[str, ...]]
    ) -> None:
        for names in dict.fromkeys(chosen):
            rows = [row for row, one in enumerate(chosen) if one == names]
            catalogs = [self._engines[name].catalog for name in names]
            check_filters(catalogs, [questions[row] for row in rows], [fields[row] for row in rows])

    def _ask_intact(
        self, questions: Sequence[Request], chosen: Sequence[tuple[str, ...]], damaged: set[str], caller: Caller
    ) -> list[Answer]:
        """Ask each question of its collections but the damaged ones; if all of them are, of these."""
        asked = [tuple(name for name in names if name not in damaged) or names for names in chosen]
        routed = [self._route(*pair) for pair in zip(questions, asked, strict=True)]
        flat = [one for requests in routed for one in requests]
        if len(questions) == 1:
            # Each may be refused by itself, as a single question, instead of counting as a large request.
            answers = iter([self.cache.ask_many([one], caller)[0] for one in flat])
        else:
            answers = iter(self.cache.ask_many(flat, caller))
        merged: list[Answer] = []
        for question, names, all_names in zip(questions, asked, chosen, strict=True):
            found = {name: next(answers) for name in names}
            if len(self._engines) == 1 and not question.collections:
                merged += found.values()
            else:
                left_out = [name for name in all_names if name not in names]
                merged.append(merge_answers(found, question.top_k, left_out))
        return merged

    def _route(self, question: Request, names: Sequence[str]) -> list[Request]:
        """Return the question for each collection, as it is cached and as ``_ask_engines`` expects it."""
        if len(self._engines) == 1:
            return [replace(question, collections=()) if question.collections else question]
        return [replace(question, collections=(name,)) for name in names]

    def _ask_engines(self, questions: Sequence[Request]) -> list[Answer]:
        """Answer a batch, in which questions to several collections may be together."""
        if len(self._engines) == 1:
            return self._engines[self._readable[0]].ask_many(questions)
        found: dict[int, Answer] = {}
        for name in dict.fromkeys(question.collections[0] for question in questions):
            places = [place for place, question in enumerate(questions) if question.collections == (name,)]
            answers = self._ask_engine(name, [questions[place] for place in places])
            found.update(zip(places, answers, strict=True))
        return [found[place] for place in range(len(questions))]

    def _ask_engine(self, name: str, questions: Sequence[Request]) -> list[Answer]:
        engine = self._engines[name]
        try:
            return engine.ask_many(questions)
        except DamagedGeneration as error:
            engine.record_damage(error)
            raise

"""Measures what the borders of the text change in a reader's words: python -m benchmarks.span_borders ../shared/data

For open reading sets and the handbook questions, contexts given: how often a right answer stays right, how often a torn
one is mended, and, unless ``--no-reader``, token F1 and exact match of the words as the reader chose them and as
``tidy_span`` makes them. Prints tables, the forms that questions of each kind are taken for, and the worst cases. Two
minutes on two cores, most of them for the reader.
"""

import random
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import click
import regex

from benchmarks.handbooks import find_answers, find_document, load_handbook_judgements, load_handbooks
from benchmarks.open_sets import load_questions
from benchmarks.splits import Part, assign_part
from index.text.chunking import ChunkSizes, split_into_passages
from index.text.searchable_text import build_context
from index.text.sentences import PunctuatedNames
from index.types import Document, Passage, Span
from qa.answer.span_borders import tidy_span
from qa.evaluation.measures.reading import exact_match, token_f1
from qa.query.question_form import classify_question
from qa.reader.reader import TrainedReader
from qa.reader.texts import read_texts
from qa.types import QuestionForm, Reader

SETS = ("squad-dev", "squadshifts-wiki", "squadshifts-reddit", "squadshifts-amazon", "nq-oracle", "covidqa", "doqa")
HANDBOOKS = "handbooks"
# An answer with a lower F1 is no longer right.
MIN_RIGHT_F1 = 0.8
# Shorter words cannot be torn in half and still be recognised.
MIN_TORN_CHARS = 4
PREPOSITION = regex.compile(r"(?r)\b(?:in|on|at|by|of|and)\s+", regex.IGNORECASE)
# A bullet or a shell prompt from the beginning of its line on.
LEAD = regex.compile(r"(?r)(?<=^|\n)(?:[-*•$]|\d+[.)])[ \t]+")
TOKEN = regex.compile(r"\S+")
# Characters of one token of English text, for passages as long as those of an index; the encoder itself is not needed.
TOKEN_CHARS = 4


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the text to read with its title, the right answers, and the place of one if it is in the text."""

    source: str
    kind: str
    question: str
    title: str
    text: str
    answers: tuple[str, ...]
    gold: Span | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The words of a case before and after."""

    case: Case
    raw: str
    tidied: str

    @property
    def gain(self) -> float:
        """By how much token F1 rose."""
        return token_f1(self.tidied, self.case.answers) - token_f1(self.raw, self.case.answers)


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--part", type=click.Choice([part.value for part in Part]), default=Part.HELD_OUT.value, show_default=True
)
@click.option("--questions", default=400, show_default=True, help="Most questions of each reading set.")
@click.option("--reader/--no-reader", default=True, help="Whether to run the reader too.")
@click.option("--worst", default=10, show_default=True, help="Cases to print for each set that lost most.")
def main(data: Path, part: str, questions: int, reader: bool, worst: int) -> None:
    """Measure the borders of answers on the sets of DATA/reading and on the handbook questions, one part of each."""
    cases = [*load_reading_cases(data, Part(part), questions), *load_handbook_cases(Part(part))]
    click.echo(format_damage(cases))
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in compare_words(TrainedReader(), cases) if reader else ():
        outcomes[outcome.case.source].append(outcome)
    if outcomes:
        click.echo(format_outcomes(outcomes))
    click.echo(format_forms([case for case in cases if case.kind]))
    for source, found in outcomes.items():
        click.echo(format_worst(source, found, worst))


def load_reading_cases(data: Path, part: Part, size: int) -> Iterator[Case]:
    """Yield a random sample of the answerable questions of each reading set."""
    rows = load_questions(data)[part]
    for name in SETS:
        answerable = [row for row in rows if row.source == name and row.answers]
        for row in random.Random(0).sample(answerable, min(size, len(answerable))):
            yield Case(name, "", row.question, row.title, row.context, row.words, row.answers[0])


def load_handbook_cases(part: Part) -> Iterator[Case]:
    """Yield the answerable handbook questions about the documents of a part, each with the passage that answers."""
    names = PunctuatedNames.learn_from(document.text for document in load_handbooks().values())
    passages: dict[str, list[Passage]] = {}
    for judgement in load_handbook_judgements():
        document = load_handbooks()[find_document(judgement)]
        gold = next(find_answers(judgement, document), None)
        if gold and assign_part(HANDBOOKS, document.id) is part:
            if document.id not in passages:
                passages[document.id] = split_into_passages(document, names, ChunkSizes(), _count_tokens)
            passage, place = _find_passage(document, passages[document.id], gold)
            text, title = (
                document.text[passage.start : passage.end],
                build_context(document.title, passage.heading or ""),
            )
            yield Case(HANDBOOKS, judgement.kind, judgement.question, title, text, judgement.answers, place)


def _count_tokens(texts: Sequence[str]) -> list[int]:
    return [len(text) // TOKEN_CHARS for text in texts]


def _find_passage(document: Document, passages: Sequence[Passage], gold: Span) -> tuple[Passage, Span | None]:
    """Return the passage where an answer begins, and the answer's place in it, or None if it ends in another."""
    passage = passages[max(0, bisect_right([passage.start for passage in passages], gold.start) - 1)]
    place = Span(gold.start - passage.start, gold.end - passage.start)
    return passage, place if gold.end <= passage.end else None


def is_right(case: Case, span: Span | None) -> bool:
    """Return whether the span is right after tidying."""
    tidied = span and tidy_span(case.text, span)
    return token_f1(_cut(case.text, tidied), case.answers) > MIN_RIGHT_F1


def damage_span(text: str, span: Span) -> Iterator[tuple[str, Span]]:
    """Yield the ways in which a reader may tear a right answer, with what it then chooses."""
    tokens = [match.span() for match in TOKEN.finditer(text, span.start, span.end)]
    (first, first_end), (last, last_end) = tokens[0], tokens[-1]
    if first_end - first >= MIN_TORN_CHARS:
        yield "first word torn", Span((first + first_end) // 2, span.end)
    if last_end - last >= MIN_TORN_CHARS:
        yield "last word torn", Span(span.start, (last + last_end) // 2)
    for name, pattern in (("preposition", PREPOSITION), ("bullet or prompt", LEAD)):
        found = pattern.search(text, text.rfind("\n", 0, span.start) + 1, span.start)
        if found and found.end() == span.start:
            yield name, Span(found.start(), span.end)
    if text[span.end : span.end + 1] in tuple('.,;:!?)]”"'):
        yield "mark after", Span(span.start, span.end + 1)
    if span.start and text[span.start - 1] in '([“"':
        yield "mark before", Span(span.start - 1, span.end)


def format_damage(cases: Sequence[Case]) -> str:
    """Return a line for each set: the share of right answers that stay right, and that are mended after each damage."""
    kept: dict[str, list[bool]] = defaultdict(list)
    mended: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        if case.gold:
            kept[case.source].append(is_right(case, case.gold))
            for name, torn in damage_span(case.text, case.gold):
                mended[name].append(is_right(case, torn))
    lines = ["| right answers | cases | right after tidying |", "|---|--:|--:|"]
    rows = [*kept.items(), *((f"{name} (all sets)", found) for name, found in mended.items())]
    return "\n".join([*lines, *(f"| {name} | {len(found)} | {mean(found):.4f} |" for name, found in rows)]) + "\n"


def compare_words(reader: Reader, cases: Sequence[Case]) -> Iterator[Outcome]:
    """Yield the reader's words of each case, as it chose them and tidied."""
    readings = read_texts(reader, [(case.question, [(case.title, case.text)]) for case in cases])
    for case, (reading,) in zip(cases, readings, strict=True):
        raw = reading.span
        tidied = raw and tidy_span(case.text, raw)
        yield Outcome(case, _cut(case.text, raw), _cut(case.text, tidied))


def _cut(text: str, span: Span | None) -> str:
    return text[span.start : span.end] if span else ""


def format_outcomes(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """Return a line for each set: F1 and exact match before and after, and spans that changed."""
    lines = ["| set | questions | F1 | exact | changed | better | worse |", "|---|" + "--:|" * 6]
    for source, found in outcomes.items():
        scores = [
            [mean(measure(words, o.case.answers) for o, words in pairs) for pairs in _pair_words(found)]
            for measure in (token_f1, exact_match)
        ]
        changed = sum(outcome.raw != outcome.tidied for outcome in found)
        better, worse = sum(o.gain > 0 for o in found), sum(o.gain < 0 for o in found)
        shown = [f"{before:.3f} → {after:.3f}" for before, after in scores]
        lines.append(f"| {source} | {len(found)} | {' | '.join(shown)} | {changed} | {better} | {worse} |")
    return "\n".join(lines) + "\n"


def _pair_words(found: Sequence[Outcome]) -> tuple[list[tuple[Outcome, str]], list[tuple[Outcome, str]]]:
    return [(outcome, outcome.raw) for outcome in found], [(outcome, outcome.tidied) for outcome in found]


def format_forms(cases: Sequence[Case]) -> str:
    """Return a line for each kind of handbook question: how many are taken for which form."""
    counts: dict[str, Counter[QuestionForm]] = defaultdict(Counter)
    for case in cases:
        counts[case.kind][classify_question(case.question)] += 1
    lines = [f"| kind | {' | '.join(QuestionForm)} |", "|---|" + "--:|" * len(QuestionForm)]
    lines += [f"| {kind} | {' | '.join(str(c[form]) for form in QuestionForm)} |" for kind, c in sorted(counts.items())]
    return "\n".join(lines) + "\n"


def format_worst(source: str, found: Sequence[Outcome], count: int) -> str:
    """Return the cases of a set that lost most, one a line."""
    lost = sorted((outcome for outcome in found if outcome.gain < 0), key=lambda outcome: outcome.gain)[:count]
    lines = [f"{o.gain:+.2f} {o.case.question[-90:]} | {o.raw!r} → {o.tidied!r} | {o.case.answers[:2]}" for o in lost]
    return "\n".join([f"## {source}", *lines]) + "\n"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.span_borders")

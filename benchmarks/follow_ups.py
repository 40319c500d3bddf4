"""Measures which words follow-ups carry from their conversation, and writes docs/follow-ups.md.

CANARD (Elgohary et al. 2019, "Can You Unpack That?") has questions of conversations and a person's rewrite of each
that can be understood alone: the words that a rewrite adds are those that the question needs.

python -m benchmarks.follow_ups ../shared/data
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from itertools import cycle
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.documents import format_table, write_head
from benchmarks.handbooks import load_handbook_judgements
from benchmarks.open_sets import read_lines
from index.text.analyzer import Analyzer
from qa.evaluation.fingerprint import compute_search_fingerprint
from qa.evaluation.measures.statistics import bootstrap_interval, bootstrap_statistic
from qa.evaluation.types import Interval
from qa.query.understand import understand
from qa.types import Request, Turn

OUT = Path("docs/follow-ups.md")
CANARD = Path("follow-ups") / "canard.jsonl.gz"
# Questions that can be understood alone: people's over Wikipedia (though one in thirty points at its paragraph),
# search queries in lower case (with titles such as "Blame It on the Bossa Nova"), and people's to authorities.
COMPLETE = {
    "squad-dev": (Path("reading") / "squad-dev.jsonl.gz", "question"),
    "nq-oracle": (Path("reading") / "nq-oracle.jsonl.gz", "question"),
    "feedbackqa": (Path("feedbackqa") / "queries.jsonl.gz", "text"),
}
MAX_COMPLETE = 2000
SWITCH_TURNS = 3
SMALL_TALK = (
    "thanks!",
    "Thank you very much.",
    "ok",
    "Great, thank you",
    "bye",
    "hello",
    "Perfect, that helps. Thanks!",
)
ANALYZER = Analyzer()
TEXT = """
# Follow-ups

*Written by `python -m benchmarks.follow_ups ../shared/data`; do not edit by hand.*

A question that needs its conversation to be understood gets the words that it lacks from there
(`qa/query/completeness.py`, `qa/query/follow_up.py`). CANARD has {count:,} questions of conversations, each with a
rewrite by a person that can be understood alone. Precision and recall compare the content terms that a question
carries with those that its rewrite adds, as far as the conversation has them. The rules were chosen on half of the
conversations; the figures are of the other half, with 95 % intervals over questions.

{table}

People add more than finding a passage needs: first names, what is already known ("besides …"), and the topic of the
conversation to questions that are complete in themselves ("When was Return to Forever released?"). Those are left
alone here, because the same question may begin another matter. *On another matter*: the question comes after
{turns} turns of another conversation, and has to carry nothing. *After a switch*: a turn of the question's own
conversation, rewritten to be complete, comes between those turns and the question.
"""

Rule = Callable[[str, Sequence[Turn]], frozenset[str]]


@dataclass(frozen=True)
class FollowUp:
    """A question of a conversation, the turns before it, and its rewrite by a person."""

    dialog: str
    question: str
    history: tuple[Turn, ...]
    rewrite: str

    @property
    def is_development(self) -> bool:
        """Whether the rules may be chosen on the conversation: one half of them, by a hash."""
        return int(sha256(self.dialog.encode()).hexdigest(), 16) % 2 == 0

    @property
    def is_complete(self) -> bool:
        """Whether the rewrite changes nothing but case and marks."""
        question, rewrite = (re.findall(r"\w+", text.casefold()) for text in (self.question, self.rewrite))
        return question == rewrite

    @cached_property
    def needed(self) -> frozenset[str]:
        """The content terms that the rewrite adds and the conversation has."""
        added = frozenset(ANALYZER.content_terms(self.rewrite)) - frozenset(ANALYZER(self.question))
        return added & find_terms(self.history)


def load_follow_ups(data: Path) -> list[FollowUp]:
    """Return the questions of CANARD. The title and the section of the article count as the first turn."""
    return [
        FollowUp(
            row["dialog"], row["question"], tuple(map(Turn, *(row["history"][i::2] for i in (0, 1)))), row["rewrite"]
        )
        for row in read_lines(data / CANARD)
    ]


def load_complete(data: Path, name: str) -> list[str]:
    """Return the first ``MAX_COMPLETE`` different questions of a set."""
    path, field = COMPLETE[name]
    return list(dict.fromkeys(row[field].strip() for row in read_lines(data / path)))[:MAX_COMPLETE]


def find_terms(turns: Iterable[Turn]) -> frozenset[str]:
    """Return the terms of the turns."""
    return frozenset(term for turn in turns for term in ANALYZER(f"{turn.question} {turn.answer or ''}"))


def carry_shipped(question: str, history: Sequence[Turn]) -> frozenset[str]:
    """Return the content terms that are searched and that the question does not have."""
    query = understand(Request(question, tuple(history)), ANALYZER)
    return frozenset(query.content_terms) - frozenset(ANALYZER(query.question))


def carry_last_question(question: str, history: Sequence[Turn]) -> frozenset[str]:
    """Return the content terms of the last question, whatever is asked."""
    return frozenset(ANALYZER.content_terms(history[-1].question)) - frozenset(ANALYZER(question))


def carry_last_turn(question: str, history: Sequence[Turn]) -> frozenset[str]:
    """Return the content terms of the last question and its answer, whatever is asked."""
    last = f"{history[-1].question} {history[-1].answer or ''}"
    return frozenset(ANALYZER.content_terms(last)) - frozenset(ANALYZER(question))


RULES: Mapping[str, Rule] = {
    "shipped": carry_shipped,
    "the last question": carry_last_question,
    "the last turn": carry_last_turn,
}


def measure_carrying(rule: Rule, follow_ups: Sequence[FollowUp]) -> Iterator[tuple[str, Interval | None]]:
    """Yield what the carried terms have in common with those that the rewrites add."""
    carried = [rule(one.question, one.history) for one in follow_ups]
    rows = list(zip(carried, follow_ups, strict=True))
    counts = np.array([(len(terms & one.needed), len(terms), len(one.needed)) for terms, one in rows])

    def divide(column: int, positions: NDArray[np.int64]) -> float:
        return float(counts[positions, 0].sum() / max(1, counts[positions, column].sum()))

    yield "precision", bootstrap_statistic(partial(divide, 1), len(rows))
    yield "recall", bootstrap_statistic(partial(divide, 2), len(rows))
    yield "carried terms, mean", bootstrap_interval([len(terms) for terms in carried])
    needy = [bool(terms) for terms, one in rows if one.needed]
    yield f"{len(needy)} questions that need a term: carry one", bootstrap_interval(needy)
    alone = [not terms for terms, one in rows if one.is_complete]
    yield f"{len(alone)} questions rewritten to themselves: left alone", bootstrap_interval(alone)


def measure_alone(rule: Rule, questions: Sequence[str], follow_ups: Sequence[FollowUp]) -> Interval:
    """Return the share of questions that carry nothing from three turns on another matter."""
    histories = cycle([one.history[-SWITCH_TURNS:] for one in follow_ups if len(one.history) >= SWITCH_TURNS])
    return bootstrap_interval([not rule(asked, before) for asked, before in zip(questions, histories, strict=False)])


def measure_handbooks(rule: Rule) -> Interval:
    """Return the share of the handbooks' questions that carry nothing from one about another document."""
    asked = [one for one in load_handbook_judgements() if not one.history]
    # They are in the order of their documents, of which none has half of the questions.
    others = asked[len(asked) // 2 :] + asked[: len(asked) // 2]
    turns = [Turn(one.question, one.answers[0] if one.answers else None) for one in others]
    return bootstrap_interval([not rule(one.question, [turn]) for one, turn in zip(asked, turns, strict=True)])


def measure_after_switch(rule: Rule, follow_ups: Sequence[FollowUp]) -> Interval:
    """Return the share of follow-ups that carry no term which only the turns on another matter have."""
    rewrites = {(one.dialog, len(one.history)): one.rewrite for one in follow_ups}
    others = cycle([one.history[-SWITCH_TURNS:] for one in reversed(follow_ups) if len(one.history) >= SWITCH_TURNS])
    clean = []
    for one, before in zip(follow_ups, others, strict=False):
        if complete := rewrites.get((one.dialog, len(one.history) - 1)):
            last = Turn(complete, one.history[-1].answer)
            foreign = find_terms(before) - find_terms([last])
            clean.append(foreign.isdisjoint(rule(one.question, [*before, last])))
    return bootstrap_interval(clean)


def measure_rule(rule: Rule, data: Path) -> Iterator[tuple[str, Interval | None]]:
    """Yield the name and the value of each measure."""
    follow_ups = load_follow_ups(data)
    held_out = [one for one in follow_ups if not one.is_development]
    yield from measure_carrying(rule, held_out)
    # A rewrite must not meet its own conversation.
    others = follow_ups[len(follow_ups) // 2 :] + follow_ups[: len(follow_ups) // 2]
    rewrites = [one.rewrite for one in follow_ups]
    yield "rewrites on another matter: left alone", measure_alone(rule, rewrites, others)
    for name in COMPLETE:
        yield f"`{name}` on another matter: left alone", measure_alone(rule, load_complete(data, name), follow_ups)
    yield "questions about handbooks after one about another: left alone", measure_handbooks(rule)
    yield "follow-ups after a switch: nothing from before it", measure_after_switch(rule, held_out)
    said = [text for text in SMALL_TALK for _ in range(20)]
    yield "thanks, greetings and the like: left alone", measure_alone(rule, said, follow_ups)


def format_interval(found: Interval | None) -> str:
    """Return a figure with its interval."""
    return "–" if found is None else f"{found.mean:.2f} [{found.low:.2f}, {found.high:.2f}]"


@click.command(help=__doc__)
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(data: Path) -> None:
    """Measure every rule, print the table and write the document."""
    measured = {name: dict(measure_rule(rule, data)) for name, rule in RULES.items()}
    names = list(measured["shipped"])
    rows = [[name, *(format_interval(measured[rule][name]) for rule in RULES)] for name in names]
    table = format_table(["", *RULES], rows)
    click.echo(table)
    text = TEXT.format(count=len(load_follow_ups(data)), table=table, turns="three")
    write_head(OUT, text, compute_search_fingerprint())


if __name__ == "__main__":
    main()

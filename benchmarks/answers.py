"""Compares the answers of two versions of the program.

python -m benchmarks.answers record ../shared/data/fairytaleqa-val --out var/before.jsonl.gz
python -m benchmarks.answers compare var/before.jsonl.gz var/after.jsonl.gz

``record`` asks every judged question of the given data sets and of the seed, in both modes and with explanations, and
writes one JSON line an answer. To record an older version, copy this file into its checkout and run it there.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

SEEDS, SEED_QUESTIONS = Path("seeds"), Path("tests/judgements/blame.jsonl")
INDEXES = Path("var/answers")
BATCH = 64
MODES = ("fast", "precise")
MAX_EXAMPLES = 5
# Stands for a key or an item that only one of the answers has.
MISSING = "(missing)"
Answer = dict[str, Any]


@cache
def import_first(*candidates: str) -> Any:  # noqa: ANN401 — any object of the program
    """Return the first of the objects ``module:name`` that this version of the program has.

    Everything used of the program is imported here by name, so that one file runs in old and new checkouts.
    """
    for candidate in candidates:
        module, name = candidate.split(":")
        try:
            return getattr(import_module(module), name)
        except (ModuleNotFoundError, AttributeError):
            continue
    raise click.ClickException(f"this version of the program has none of {', '.join(candidates)}")


def serialize(answer: object) -> Answer:
    """Return the answer as the API does, without what differs from run to run."""
    shown: Answer = import_first("qa.answer.serialize:serialize_answer", "qa.answer.serialize:answer_json")(answer)
    del shown["took_ms"], shown["retrieval"]["generation"]
    return shown


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Judged questions and the folder or file that they are asked over."""

    name: str
    source: Path
    judgements: Sequence[Any]

    @classmethod
    def load(cls, path: Path, limit: int | None) -> "QuestionSet":
        """Read a data set; one without texts of its own is asked over the seed.

        With a ``limit``, about that many questions are taken, at equal distances.
        """
        load = import_first("qa.evaluation:load_dataset", "qa.evaluation:load")
        dataset = load(path)
        step = max(1, len(dataset.judgements) // limit) if limit else 1
        return cls(dataset.name, dataset.corpus or SEEDS, dataset.judgements[::step])


def answer_questions(questions: QuestionSet, top_k: int, index: Path) -> Iterator[Answer]:
    """Yield a record of each answer, by mode and in the order of the questions.

    The index is built if needed; batches have a fixed size because vectors depend a little on what is encoded together.
    """
    settings = import_first("index.settings:IndexSettings")
    request = import_first("qa.types:Request")
    engine = import_first("qa.engine:Engine").build(questions.source, settings(index=str(index)))
    for mode in MODES:
        for start in tqdm(range(0, len(questions.judgements), BATCH), desc=f"{questions.name}, {mode}"):
            batch = questions.judgements[start : start + BATCH]
            requests = [request(j.question, j.history, top_k=top_k, mode=mode, explain=True) for j in batch]
            for judgement, answer in zip(batch, engine.ask_many(requests), strict=True):
                yield {"set": questions.name, "mode": mode, "id": judgement.id, "answer": serialize(answer)}


@dataclass(slots=True)
class FieldDifference:
    """Answers that differ in one field, the largest numeric difference, and examples."""

    answers: int = 0
    largest: float = 0.0
    examples: list[str] = field(default_factory=list)

    def add(self, where: str, before: object, after: object) -> None:
        """Count one answer by its first difference in the field."""
        self.answers += 1
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(f"{where}: {json.dumps(before)[:80]} → {json.dumps(after)[:80]}")


@dataclass(slots=True)
class Comparison:
    """How many answers were compared, how many differ, and in which fields."""

    compared: int = 0
    differing: int = 0
    fields: defaultdict[str, FieldDifference] = field(default_factory=lambda: defaultdict(FieldDifference))

    def add(self, before: Answer, after: Answer) -> None:
        """Compare two records of the same question."""
        self.compared += 1
        where = f"{before['set']} {before['mode']} {before['id']}"
        counted: set[str] = set()
        for path, old, new in find_differences(before["answer"], after["answer"]):
            difference = self.fields[path]
            if path not in counted:
                difference.add(where, old, new)
                counted.add(path)
            if isinstance(old, int | float) and isinstance(new, int | float):
                difference.largest = max(difference.largest, abs(old - new))
        self.differing += bool(counted)

    def __str__(self) -> str:
        """Return a table of the fields, those of most answers first, and examples of each."""
        lines = [f"{self.differing:,} of {self.compared:,} answers differ"]
        for path, found in sorted(self.fields.items(), key=lambda item: -item[1].answers):
            size = f", by up to {found.largest:.6g}" if found.largest else ""
            lines += [
                f"\n{path}: in {found.answers:,} of {self.compared:,} answers{size}",
                *(f"  {example}" for example in found.examples),
            ]
        return "\n".join(lines)


def find_differences(before: object, after: object, path: str = "") -> Iterator[tuple[str, object, object]]:
    """Yield the path and both values of every leaf that differs.

    Of places in lists the path only tells the first one, which is shown as the answer, from all others.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before | after:
            below = f"{path}.{key}" if path else str(key)
            yield from find_differences(before.get(key, MISSING), after.get(key, MISSING), below)
    elif isinstance(before, list) and isinstance(after, list):
        for place, (old, new) in enumerate(zip_longest(before, after, fillvalue=MISSING)):
            yield from find_differences(old, new, f"{path}[0]" if place == 0 else f"{path}[1+]")
    elif before != after:
        yield path, before, after


def read_records(path: Path) -> Iterator[Answer]:
    """Yield the records of a file, compressed or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


@click.group()
def main() -> None:
    """Record the answers of this version of the program, or compare two recordings."""


@main.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True), nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File of answers, .jsonl.gz.")
@click.option("--limit", type=int, help="Questions of each set; default: all.")
@click.option("--top-k", default=10, show_default=True, help="Passages of each answer.")
def record(data: tuple[Path, ...], out: Path, limit: int | None, top_k: int) -> None:
    """Ask the questions of each DATA and of the seed.

    DATA is a BEIR folder, or a file of span judgements over the seed.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(out, "wt", encoding="utf-8") as file:
        for path in (SEED_QUESTIONS, *data):
            questions = QuestionSet.load(path, limit)
            for answer in answer_questions(questions, top_k, INDEXES / questions.name):
                file.write(json.dumps(answer, ensure_ascii=False) + "\n")
    click.echo(f"wrote {out}")


@main.command()
@click.argument("before", type=click.Path(path_type=Path, exists=True))
@click.argument("after", type=click.Path(path_type=Path, exists=True))
def compare(before: Path, after: Path) -> None:
    """Say how many answers differ, in which fields and by how much; exit with 1 if any does."""
    comparison = Comparison()
    unmatched = {_identify_question(answer): answer for answer in read_records(before)}
    added = 0
    for answer in read_records(after):
        if matched := unmatched.pop(_identify_question(answer), None):
            comparison.add(matched, answer)
        else:
            added += 1
    click.echo(str(comparison))
    if unmatched or added:
        click.echo(f"questions only in BEFORE: {len(unmatched):,}; only in AFTER: {added:,}")
    if comparison.differing or unmatched or added:
        raise SystemExit(1)


def _identify_question(record: Answer) -> tuple[str, ...]:
    return record["set"], record["mode"], record["id"]


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.answers")

"""A reader of a Containerfile: the steps of one of its stages, those of the stages that it is made from first."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STAGE = re.compile(r"(?P<image>\S+)(?: AS (?P<name>\S+))?")


@dataclass(frozen=True)
class Step:
    """One instruction with its arguments."""

    instruction: str
    arguments: str

    @property
    def words(self) -> list[str]:
        """The arguments of the form of JSON, or those with spaces between them."""
        return json.loads(self.arguments) if self.arguments.startswith("[") else self.arguments.split()


def read_steps(path: Path) -> list[Step]:
    """Return all instructions, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", path.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Step(*line.split(maxsplit=1)) for line in lines]


def list_stage(path: Path, name: str) -> list[Step]:
    """Return the instructions that make the stage ``name``, beginning with FROM of the base image."""
    stages: dict[str, list[Step]] = {}
    for step in read_steps(path):
        if step.instruction == "FROM":
            match = STAGE.fullmatch(step.arguments)
            assert match and match["name"], step
            current = stages.setdefault(match["name"], [*stages.get(match["image"], [step])])
        else:
            current.append(step)
    return stages[name]


def read_environment(steps: list[Step]) -> dict[str, str]:
    """Return the variables that the steps set."""
    return dict(word.split("=", 1) for step in steps if step.instruction == "ENV" for word in step.words)


def find(steps: list[Step], instruction: str) -> Iterator[Step]:
    """Yield the steps of one kind."""
    return (step for step in steps if step.instruction == instruction)

"""One process of ``benchmarks/speed/start.py``: answers, says so, and says how much of it is in memory.

python -m benchmarks.speed.start_child recipe|fast|precise FOLDER QUESTIONS

Imports what answering needs and nothing else, for the time of importing is measured.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.speed.memory import resident

RECIPE = "recipe"


def opened(way: str, folder: Path) -> Callable[[str], object]:
    """The recipe kept in the folder, or one of our modes over the index in it."""
    if way == RECIPE:
        from benchmarks.speed.recipe import Recipe

        return Recipe.open(folder).ask
    from qa.engine import Engine
    from qa.types import Request

    engine = Engine.open(folder)
    if way not in {"fast", "precise"}:
        raise ValueError(f"{way!r} is neither {RECIPE} nor fast nor precise")
    return lambda question: engine.ask(Request(question, mode="fast" if way == "fast" else "precise"))


def main(way: str, folder: str, questions: str) -> None:
    """Print a line at the first answer and, after the last, the megabytes."""
    ask = opened(way, Path(folder))
    first, *rest = json.loads(Path(questions).read_text(encoding="utf-8"))
    ask(first)
    sys.stdout.write("answered\n")
    sys.stdout.flush()
    for question in rest:
        ask(question)
    sys.stdout.write(f"{resident()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Child process of ``benchmarks/speed/start.py``: answers questions and prints its resident memory.

python -m benchmarks.speed.start_child baseline|fast|precise FOLDER QUESTIONS

Imports only what answering needs, because the time of importing is measured.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.speed.memory import read_resident_mb

BASELINE = "baseline"


def load_asker(way: str, folder: Path) -> Callable[[str], object]:
    """Open the baseline of the folder, or one of our modes over the index in it, and return what answers a question."""
    if way == BASELINE:
        from benchmarks.speed.baseline import Baseline

        return Baseline.open(folder).ask
    from qa.engine import Engine
    from qa.types import Request

    engine = Engine.open(folder)
    if way not in {"fast", "precise"}:
        raise ValueError(f"invalid way {way!r}: must be {BASELINE}, fast or precise")
    return lambda question: engine.ask(Request(question, mode="fast" if way == "fast" else "precise"))


def main(way: str, folder: str, questions: str) -> None:
    """Print a line at the first answer and, after the last, the resident megabytes."""
    ask = load_asker(way, Path(folder))
    first, *rest = json.loads(Path(questions).read_text(encoding="utf-8"))
    ask(first)
    sys.stdout.write("answered\n")
    sys.stdout.flush()
    for question in rest:
        ask(question)
    sys.stdout.write(f"{read_resident_mb()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

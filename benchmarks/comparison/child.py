"""The process that runs one peer, in the environment of that peer; ``protocol.py`` says what it reads and prints."""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

# At the end of the path, so that no name of this project hides one of the peer's.
sys.path.append(str(Path(__file__).resolve().parents[2]))

from benchmarks.comparison.protocol import Adapter, Place
from benchmarks.speed.memory import read_resident_mb


def load_adapter(name: str, place: Place) -> Adapter:
    """Import the adapter of that name, which imports nothing of the peer yet."""
    adapter: Adapter = import_module(f"benchmarks.comparison.adapters.{name}").PeerAdapter(place)
    return adapter


def answer_lines(adapter: Adapter, lines: Iterable[str], out: TextIO) -> None:
    """Ask what the lines ask, and write a line for each reply with the seconds that it took."""
    write_line(out, ready=True)
    for line in lines:
        started = perf_counter()
        reply = adapter.ask(json.loads(line)["question"])
        seconds = perf_counter() - started
        write_line(out, **asdict(reply), seconds=seconds)
    write_line(out, resident_mb=read_resident_mb())


def write_line(out: TextIO, **fields: Any) -> None:  # noqa: ANN401  (whatever JSON takes)
    """Write the fields as a line of JSON."""
    out.write(json.dumps(fields) + "\n")
    out.flush()


def main(step: str, name: str, texts: str, index: str, way: str) -> int:
    """Build or ask, and return the exit status."""
    # What a peer prints must not get between the lines of the protocol.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    adapter = load_adapter(name, Place(Path(texts), Path(index), way))
    try:
        if step == "build":
            adapter.build()
            write_line(out, built=True)
        else:
            adapter.open()
            answer_lines(adapter, sys.stdin, out)
    # Whatever a peer raises is a finding of the comparison.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        write_line(out, failed=f"{type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Puts the questions to one peer, in its own process and environment."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from benchmarks.comparison.environments import CannotRun
from benchmarks.comparison.peers import Peer
from benchmarks.comparison.protocol import Reply

HERE = Path(__file__).parent
# One thread for a question, as in serve.py; no hub, so that what needs one says so.
VARIABLES = {
    "OMP_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
# Nothing here takes so long for a question; a peer that waits for something that does not come is ended.
MAX_BUILD_S, MAX_ASK_S = 900, 1800


@dataclass(frozen=True, slots=True)
class AskedQuestions:
    """The replies of one peer in the order of the questions, the seconds of each, and its memory after the last."""

    replies: Sequence[Reply]
    seconds: Sequence[float]
    resident_mb: float


def build_index(peer: Peer, python: Sequence[str], texts: Path, index: Path) -> None:
    """Let the peer index the texts. Raise CannotRun."""
    done = _run_child(peer, python, ("build", texts, index), "", MAX_BUILD_S)
    if not any(line.get("built") for line in done):
        raise CannotRun("it ended without an index")


def ask_questions(
    peer: Peer, python: Sequence[str], texts: Path, index: Path, questions: Sequence[str]
) -> AskedQuestions:
    """Ask every question, after the first one once more, so that loading counts for nobody. Raise CannotRun."""
    asked = [questions[0], *questions]
    lines = "".join(json.dumps({"question": question}) + "\n" for question in asked)
    _, *found, last = _run_child(peer, python, ("ask", texts, index), lines, MAX_ASK_S)
    if len(found) != len(asked):
        raise CannotRun(f"it answered {len(found)} of {len(asked)} questions")
    seconds = [line.pop("seconds") for line in found]
    return AskedQuestions([Reply.from_json(line) for line in found][1:], seconds[1:], last["resident_mb"])


def _run_child(
    peer: Peer, python: Sequence[str], arguments: tuple[str, Path, Path], lines: str, timeout: float
) -> list[dict[str, Any]]:
    step, texts, index = arguments
    script = HERE / "adapters" / f"{peer.adapter}.mjs"
    program = script if script.is_file() else HERE / "child.py"
    command = [*python, str(program), step, peer.adapter, str(texts.resolve()), str(index.resolve()), peer.way]
    log = index.with_suffix(f".{step}.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as errors:
        return list(_read_lines(command, lines, errors, timeout))


def _read_lines(command: Sequence[str], lines: str, errors: IO[str], timeout: float) -> Iterator[dict[str, Any]]:
    # npm packages are found from the folder that they are installed in, four levels above the interpreter's.
    folder = Path(command[0]).parents[3] if command[0].endswith("node") else Path.cwd()
    try:
        done = subprocess.run(  # noqa: S603  (our own)
            command,
            input=lines,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | VARIABLES,
            cwd=folder,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"no end after {timeout:,.0f} s") from error
    for line in done.stdout.splitlines():
        fields = json.loads(line)
        if "failed" in fields:
            raise CannotRun(shorten(fields["failed"]))
        yield fields
    if done.returncode:
        raise CannotRun(f"ended with status {done.returncode}; {errors.name} has its messages")


def shorten(reason: str, chars: int = 200) -> str:
    """Return the first sentence or so of a message, on one line."""
    line = " ".join(reason.split())
    return line if len(line) <= chars else f"{line[:chars].rsplit(' ', 1)[0]} …"

"""A dataset, somebody to ask, and a ``Run`` out."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from index.progress import Progress, Silent
from qa.engine import Engine
from qa.evaluation.data.anchor import anchored, known
from qa.evaluation.measures import scored, summarise
from qa.evaluation.runs.ask_all import ask_all
from qa.evaluation.runs.askers import Asker, asker
from qa.evaluation.runs.store import write
from qa.evaluation.types import About, Dataset, Run
from qa.types import MOST_PASSAGES, Mode

PACKAGE = Path(__file__).parents[3]


def run(
    dataset: Dataset,
    target: Engine | Asker | str,
    mode: Mode = "precise",
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Run:
    """Asks every question with as many passages as the API gives, and scores the answers.

    ``target`` is an engine or the address of a running service. With ``out``, the folder
    gets ``answers.jsonl`` while the run goes, so that an interrupted one goes on when it is
    called again, and ``run.trec``, ``qrels.trec`` and ``scores.json`` at its end. Raises
    UsageError where the data is of another collection, ServiceError where a service fails.
    """
    answerer = asker(target)
    checked = known(anchored(dataset, answerer.text), answerer.has)
    program = "" if answerer.url else f"{fingerprint()} {answerer.reader}"
    about = About(dataset.name, dataset.fingerprint, answerer.index, mode, MOST_PASSAGES, program, answerer.url)
    folder = Path(out) if out else None
    asked = ask_all(answerer, checked.judgements, about, folder, progress or Silent())
    outcomes = scored(list(zip(checked.judgements, asked.replies, strict=True)))
    result = Run(about, outcomes, summarise(outcomes), asked.latency, checked.flaws)
    if folder:
        write(result, folder)
    return result


@cache
def fingerprint() -> str:
    """Hex digest of the code, the calibration and the reader of this program: what answers, beside the index."""
    digest = sha256()
    for half in ("index", "qa"):
        for path in sorted((PACKAGE / half).rglob("*")):
            if path.suffix in {".py", ".json", ".safetensors"}:
                digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()

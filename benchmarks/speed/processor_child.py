"""One way of computing, in a process of its own: python -m benchmarks.speed.processor_child SPECIFICATION.json

The environment decides which instructions oneDNN uses, and is read when the library is loaded.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ctranslate2

from benchmarks.indexing import index_documents, index_seed
from benchmarks.open_sets import read_lines
from index.embedding.batching import embed_texts
from index.embedding.ctranslate2 import QuantizedEncoder
from qa.engine import Engine
from qa.evaluation import load
from qa.evaluation.data.anchor import anchor_evidence
from qa.evaluation.measures import score_replies
from qa.evaluation.runs.answer_sources import open_source
from qa.evaluation.types import SystemReply
from qa.query.encode import encode_questions
from qa.reader.reader import TrainedReader
from qa.types import MAX_TOP_K, Request

SEED_QUESTIONS = "tests/judgements/blame.jsonl"
BATCH = 64
MEASURES = ("nDCG@10", "abstention")


@dataclass(frozen=True, slots=True)
class Specification:
    """The files of both networks, the arithmetic, and what is computed.

    ``pairs`` are questions with a passage; ``sample`` is a BEIR folder; ``folder`` is for results and indexes.
    """

    encoder: str
    reader: str
    compute_type: str
    texts: Sequence[str]
    pairs: Sequence[tuple[str, str]]
    sample: str
    folder: str


class UncheckedEncoder(QuantizedEncoder):
    """An encoder that a build takes as it is: how far it is from float32 is what is measured."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Accept every encoder."""


def main(specification: Specification) -> None:
    """Write the vectors, the relevances, and the outcome of every question."""
    _force_compute_type(specification.compute_type)
    folder = Path(specification.folder)
    encoder, reader = UncheckedEncoder(Path(specification.encoder)), TrainedReader(Path(specification.reader))
    vectors = [*embed_texts(encoder, specification.texts)]
    vectors += [embeddings.vectors for embeddings in encode_questions(encoder, [q for q, _ in specification.pairs])]
    relevances = [next(reader.read(question, [("", passage)])).relevance for question, passage in specification.pairs]
    rows = read_lines(Path(specification.sample) / "corpus.jsonl.gz")
    sets = {
        SEED_QUESTIONS: Engine(index_seed(encoder, folder / "seed"), encoder, reader),
        specification.sample: Engine(index_documents(rows, encoder, folder / "sample"), encoder, reader),
    }
    result = {
        "vectors": [vector.ravel().tolist() for vector in vectors],
        "relevances": relevances,
        "sets": {Path(data).name: _ask_questions(data, engine) for data, engine in sets.items()},
    }
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


def _force_compute_type(compute_type: str) -> None:
    """Let both networks compute in ``compute_type``, which the product has no setting for."""
    load_network = ctranslate2.Encoder

    def load_forced(path: str, **options: Any) -> Any:  # noqa: ANN401 — CTranslate2's own arguments
        return load_network(path, **{**options, "compute_type": compute_type})

    ctranslate2.Encoder = load_forced


def _ask_questions(data: str, engine: Engine) -> Mapping[str, Any]:
    """Ask every question once; an evaluation run would also measure times and intervals, which takes twice as long."""
    source = open_source(engine)
    judgements = anchor_evidence(load(data), source.text).judgements
    requests = [Request(j.question, j.history, MAX_TOP_K) for j in judgements]
    batches = (requests[start : start + BATCH] for start in range(0, len(requests), BATCH))
    replies = [SystemReply.from_json(answer) for batch in batches for answer in source.ask(batch)]
    outcomes = score_replies(list(zip(judgements, replies, strict=True)))
    return {
        "confidence": [outcome.reply.confidence for outcome in outcomes],
        "status": [outcome.reply.status for outcome in outcomes],
        **{name: [o.scores[name] for o in outcomes if name in o.scores] for name in MEASURES},
    }


def write_specification(specification: Specification) -> Path:
    """Write the specification into its folder and return the file."""
    path = Path(specification.folder) / "specification.json"
    path.write_text(json.dumps(asdict(specification)), encoding="utf-8")
    return path


if __name__ == "__main__":
    main(Specification(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))

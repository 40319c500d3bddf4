"""What the network for questions costs and gains: the same questions, encoded by it and by the whole model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import mean, median, quantiles
from time import perf_counter

import numpy as np

from benchmarks.open_sets import load_questions, read_lines
from benchmarks.splits import Part
from index.embedding import load_encoder
from index.embedding.model_files import DISTILLED, WHOLE
from index.progress import Terminal
from index.types import Embeddings, Encoder
from qa.evaluation.ablation.memo import MemoEncoder
from qa.evaluation.ablation.workbench import Workbench
from qa.evaluation.comparison import Difference, compare
from qa.evaluation.data import load
from qa.evaluation.measures import score_replies, summarise_outcomes
from qa.evaluation.types import Judgement, Run, RunDescription
from qa.ranking.pipeline import PIPELINES
from qa.types import MAX_TOP_K, Mode

HELD_OUT, HANDBOOKS = Path("var/held-out"), Path("benchmarks/training/handbooks/documents")
MEASURES = ("nDCG@10", "Hit@1", "answer F1", "abstention")
# Of a set with more questions every n-th is asked: reading passages takes long.
MAX_QUESTIONS: Mapping[Mode, int] = {"fast": 1500, "precise": 400}
COMPARED_QUESTIONS, TIMED_QUESTIONS = 2000, 300


class EitherNetwork(MemoEncoder):
    """Encodes passages once, and questions with the network whose turn it is."""

    def __init__(self) -> None:
        """Load both."""
        self.networks = {name: load_encoder(question_network=name) for name in (WHOLE, DISTILLED)}
        super().__init__(self.networks[WHOLE])
        self.turn = WHOLE

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Encode with the network whose turn it is."""
        return self.networks[self.turn].encode_questions(texts)


@dataclass(frozen=True, slots=True)
class Measured:
    """The differences of one set in one mode, distilled less whole."""

    dataset: str
    mode: Mode
    questions: int
    differences: tuple[Difference, ...]


def measure_sets(data: Path) -> Iterator[Measured]:
    """Yield what changes on each set that judges the product; ``data`` is the folder of open sets."""
    encoder = EitherNetwork()
    for path, source in (
        (Path("tests/judgements/blame.jsonl"), Path("seeds")),
        (HELD_OUT / "squad-sentences", None),
        (data / "fairytaleqa-val", None),
        (data / "scifact-train", None),
        (HELD_OUT / "handbooks.jsonl", HANDBOOKS),
    ):
        encoder.turn = WHOLE
        bench = Workbench(load(path), source, encoder, Terminal())
        for mode, most in MAX_QUESTIONS.items():
            judgements = bench.dataset.judgements
            asked = judgements[:: -(-len(judgements) // most)]
            whole, distilled = (_run(bench, encoder, name, mode, asked) for name in (WHOLE, DISTILLED))
            shared = [name for name in MEASURES if name in whole.scores and name in distilled.scores]
            yield Measured(bench.dataset.name, mode, len(asked), compare(whole, distilled, shared).differences)


def _run(bench: Workbench, encoder: EitherNetwork, network: str, mode: Mode, asked: Sequence[Judgement]) -> Run:
    encoder.turn = network
    replies = bench.ask(bench.engine(PIPELINES[mode]), asked)
    outcomes = tuple(score_replies(list(zip(asked, replies, strict=True))))
    about = RunDescription(bench.dataset.name, bench.dataset.fingerprint, network, mode, MAX_TOP_K, "")
    return Run(about, outcomes, summarise_outcomes(outcomes))


@dataclass(frozen=True, slots=True)
class Closeness:
    """The cosines of held-out questions with their vectors by the whole model: mean, and one in twenty is below."""

    questions: int
    mean: float
    low: float


def measure_closeness(data: Path, whole: Encoder, distilled: Encoder) -> Closeness:
    """Compare the vectors of questions about held-out articles."""
    rows = load_questions(data)[Part.HELD_OUT]
    texts = list(dict.fromkeys(row.question for row in rows[:: max(1, len(rows) // COMPARED_QUESTIONS)]))
    pairs = ((one.encode_questions([text]).vectors[0] for one in (whole, distilled)) for text in texts)
    cosines = [float(np.dot(*pair)) for pair in pairs]
    return Closeness(len(texts), mean(cosines), quantiles(cosines, n=20)[0])


def measure_time(data: Path, whole: Encoder, distilled: Encoder) -> float:
    """Return the time of encoding a question as a share of the whole model's, the median over questions."""
    texts = [row["text"] for row in islice(read_lines(data / "fairytaleqa-val" / "queries.jsonl.gz"), TIMED_QUESTIONS)]
    ratios = []
    for text in texts:
        times = []
        for encoder in (whole, distilled):
            started = perf_counter()
            encoder.encode_questions([text])
            times.append(perf_counter() - started)
        ratios.append(times[1] / times[0])
    return median(ratios[TIMED_QUESTIONS // 10 :])

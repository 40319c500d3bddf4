"""``docs/question-network.json`` and ``docs/question-network.md``: the network, its training, its cost and its gain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from benchmarks.documents import format_table
from benchmarks.speed.part import describe_processor
from benchmarks.training.questions.measure import MEASURES, Closeness, Measured
from benchmarks.training.questions.train import TEXTS_WEIGHT, WARM_UP_STEPS
from index.embedding.question_network import SHIPPED, read_about
from qa.evaluation.types import Interval

HEAD = ("set", "mode", "questions", *(f"{name}: whole, distilled" for name in MEASURES), f"change of {MEASURES[0]}")


def as_figures(measured: Sequence[Measured], closeness: Closeness, time: float) -> dict[str, Any]:
    """Return every number of the page as JSON; ``time`` is that of encoding, as a share of the whole model's."""
    return {
        "trained": read_about(),
        "size": sum(file.stat().st_size for file in SHIPPED.iterdir()),
        "processor": describe_processor(),
        "time": time,
        "closeness": asdict(closeness),
        "measured": [asdict(one) for one in measured],
    }


def render_page(figures: Mapping[str, Any]) -> str:
    """Return the page of the figures in Markdown."""
    trained = figures["trained"]
    return TEMPLATE.format(
        layers=len(trained["layers"]),
        texts=trained["texts"],
        steps=trained["plan"]["steps"],
        mistaken=trained["plans"][-1][0],
        plans=" ".join(_describe_plans(trained["plans"])),
        tokens=trained["plan"]["tokens"],
        rate=trained["plan"]["rate"],
        warm_up=WARM_UP_STEPS,
        weight=TEXTS_WEIGHT,
        size=figures["size"] / 1e6,
        processor=figures["processor"],
        time=figures["time"],
        table=format_table(HEAD, list(_format_rows(figures["measured"]))),
        **figures["closeness"],
    )


def _describe_plans(plans: Sequence[Sequence[int]]) -> Iterator[str]:
    """Yield a sentence about each time that the training went on with another plan."""
    for (_, before), (step, now) in pairwise(plans):
        rate = "lower" if now < before else "higher"
        yield f"At step {step:,} of {before:,} it went on with a plan of {now:,}, whose rate at that step is {rate}."


def _format_rows(measured: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for one in measured:
        found = {difference["measure"]: difference for difference in one["differences"]}
        cells = (f"{found[name]['a']:.3f}, {found[name]['b']:.3f}" if name in found else "" for name in MEASURES)
        change = Interval(**found[MEASURES[0]]["change"]).signed
        yield f"`{one['dataset']}`", f"`{one['mode']}`", f"{one['questions']:,}", *cells, change


TEMPLATE = """# The network for questions

*Written by `python -m benchmarks.training.questions measure ../shared/data` on {processor}; do not edit by hand.*

The default model, `all-MiniLM-L6-v2`, can have a second network beside its own: {layers} layers in the place of six,
which give a question nearly the vectors that the six would give it. Passages are embedded as they are without it, so
an index keeps its vectors (asymmetric encoding: Vujanic & Rueckstiess 2025, "LEAF"). It is chosen by

```sh
python -m index build texts --question-network distilled
```

and goes back with `--question-network whole`, which is the default: either takes over all vectors of the index. An
index of another model has no such network.

**What it gains.** Encoding a question takes {time:.2f} of the time of the whole model (median of the ratios question by
question, both in turn). [How fast](performance.md#where-the-time-goes) says how much of an answer encoding is.

**What it costs.** The same questions over the same index, encoded by either; the last column has a 95 % bootstrap
interval of the change question by question. No question here was trained on; others of SQuAD, FairytaleQA and the
handbooks were, about other articles.

{table}

**How close its vectors are.** The cosine with the whole model's vector, over {questions:,} questions about held-out
articles, is {mean:.3f} on average; for one in twenty it is below {low:.3f}.

## How it was trained

On the vectors that the model itself gives to {texts:,} questions, reworded questions, sentences and keywords of the
training articles of the open sets ([sources and licences](reader.md#what-it-was-trained-on)), without any judgement:
{steps:,} steps of {tokens:,} tokens at a learning rate of {rate:g}, which rises over the first {warm_up} steps and
then falls to zero along a line. {plans}

By a mistake, since mended in the program, some questions about held-out stories were among the texts of the first
{mistaken:,} steps; none is in the table above.

Two losses are summed: the squared distance of each token's vector, because late interaction compares tokens, and
{weight:g} times 1 less the cosine of the whole text's, which the dense leg compares. The network begins with layers
of the model and shares its vectors of words, so a word that was never trained on keeps its meaning.

`index/embedding/questions/` has its weights in half precision ({size:.1f} MB), bound to the model by its fingerprint.
They have the model's licence, Apache-2.0. To repeat the training:
[contributing](../CONTRIBUTING.md#training-the-network-for-questions).
"""

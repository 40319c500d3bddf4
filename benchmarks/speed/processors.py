"""What a user of each processor gets in quality.

python -m benchmarks.speed.processors ../shared/data

The int8 products of a processor without VNNI can saturate (``index/embedding/saturation.py``). Child processes compute
with all instructions of this processor and as one with AVX2 only, with limited and with full-range weights, and in
float32. Writes its section of ``docs/performance.md``.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from ctranslate2.converters import TransformersConverter

from benchmarks.documents import format_table, write_section
from benchmarks.speed.bulk_quality import draw_sample
from benchmarks.speed.full_range import widen_weights
from benchmarks.speed.latency import AVX2_ONLY
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.processor_child import Specification, write_specification
from index.embedding.convert import QuantizedModel
from index.embedding.ctranslate2 import NETWORK
from index.embedding.model_files import DEFAULT_MODEL, DIGESTS, find_model_folder, write_digests
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from qa.evaluation import load
from qa.reader.ctranslate2 import BODY
from qa.reader.reader import SHIPPED

CACHE = Path("var/processors")
COMMAND = "python -m benchmarks.speed.processors ../shared/data"
SET, DOCUMENTS, QUESTIONS, TEXTS = "fairytaleqa-val", 400, 200, 256
SEED, SAMPLE = "blame.jsonl", "sample"
FLOAT32 = "float32"
DIFFERENCES = (
    "relevance: mean difference",
    "maximum",
    "confidence: mean difference",
    "maximum",
    "another status",
)
HEAD = (
    "arithmetic",
    "cosine with float32, mean",
    "minimum",
    *DIFFERENCES,
    "seed: nDCG@10",
    "abstention",
    "stories: nDCG@10",
)


@dataclass(frozen=True, slots=True)
class Variant:
    """A way of computing: which weights, which type, and which instructions."""

    weights: str
    compute_type: str = "int8"
    avx2_only: bool = False

    @property
    def name(self) -> str:
        """As the table shows it."""
        if self.compute_type == FLOAT32:
            return FLOAT32
        return f"int8, {self.weights} weights, {'AVX2 only' if self.avx2_only else 'all instructions'}"


def prepare_models(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Write the folders of encoder and reader with each kind of weights and return them by its name.

    ``exact`` weights are the encoder's own in float32. The reader only exists rounded to limited int8, so its exact
    weights are these.
    """
    limited = QuantizedModel(SentenceTransformerEncoder(), Path("var/models")).ensure_converted()
    return {
        "limited": (limited, SHIPPED),
        "full-range": (_convert_encoder(limited, folder / "full-encoder", "int8"), _widen_reader(folder / "reader")),
        "exact": (_convert_encoder(limited, folder / "exact-encoder", None), SHIPPED),
    }


def _convert_encoder(like: Path, folder: Path, quantization: str | None) -> Path:
    shutil.copytree(like, folder)
    converter = TransformersConverter(str(find_model_folder(DEFAULT_MODEL)))
    converter.convert(str(folder / NETWORK), quantization=quantization, force=True)
    (folder / DIGESTS).unlink()
    write_digests(folder)
    return folder


def _widen_reader(folder: Path) -> Path:
    shutil.copytree(SHIPPED, folder)
    widen_weights(folder / BODY / "model.bin")
    return folder


def write_sample(data: Path, folder: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Write a small BEIR set; return texts of it, and its questions with a right and with another document's text."""
    documents, judgements = draw_sample(load(data / SET), DOCUMENTS)
    judgements = judgements[:QUESTIONS]
    folder.mkdir(parents=True)
    rows = ({"_id": d.id, "title": d.title, "text": d.text} for d in documents)
    _write_rows(folder / "corpus.jsonl.gz", rows)
    _write_rows(folder / "queries.jsonl.gz", ({"_id": j.id, "text": j.question} for j in judgements))
    qrels = "".join(f"{j.id}\t{document}\t{grade}\n" for j in judgements for document, grade in j.documents.items())
    (folder / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\n{qrels}", encoding="utf-8")
    texts = [document.text[:500] for document in documents[:TEXTS]]
    right = [next(iter(j.wanted.values()))[:500] for j in judgements]
    pairs = [(j.question, text) for j, text in zip(judgements, right, strict=True)]
    pairs += [(j.question, text) for j, text in zip(judgements, [*right[1:], right[0]], strict=True)]
    return texts, pairs


def _write_rows(path: Path, rows: Iterator[Mapping[str, str]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def measure_variant(variant: Variant, specification: Specification) -> Mapping[str, Any]:
    """Run a child process and return what it computed."""
    path = write_specification(specification)
    environment = os.environ | (AVX2_ONLY if variant.avx2_only else {})
    command = [sys.executable, "-m", "benchmarks.speed.processor_child", str(path)]
    subprocess.run(command, env=environment, check=True)  # noqa: S603 — a program of ours
    return dict(json.loads(path.with_name("result.json").read_text(encoding="utf-8")))


def format_rows(found: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each variant, with its differences from float32."""
    exact = found[FLOAT32]
    for name, result in found.items():
        cosines = np.sum(_normalize_rows(result["vectors"]) * _normalize_rows(exact["vectors"]), axis=1)
        seed, sample = result["sets"][SEED], result["sets"][SAMPLE]
        means = (np.mean(values) for values in (seed["nDCG@10"], seed["abstention"], sample["nDCG@10"]))
        cells = (f"{mean:.3f}" for mean in means)
        yield name, f"{cosines.mean():.4f}", f"{cosines.min():.4f}", *_compare_results(result, exact), *cells


def format_processor_rows(found: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield for each kind of weights how much the two processors differ from each other."""
    for weights in ("limited", "full-range"):
        newer, older = (found.get(Variant(weights, avx2_only=only).name) for only in (False, True))
        if newer and older:
            yield f"{weights} weights", *_compare_results(older, newer)


def _compare_results(result: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the mean and maximum difference of relevance and of confidence, and the share of other statuses."""
    relevance = _measure_differences(result["relevances"], other["relevances"])
    confidence = _measure_differences(_join_sets(result, "confidence"), _join_sets(other, "confidence"))
    statuses = zip(_join_sets(result, "status"), _join_sets(other, "status"), strict=True)
    changed = np.mean([a != b for a, b in statuses])
    return *(f"{value:.3f}" for value in (*relevance, *confidence)), f"{changed:.1%}"


def _join_sets(result: Mapping[str, Any], name: str) -> list[Any]:
    return [value for one in result["sets"].values() for value in one[name]]


def _measure_differences(values: Sequence[float], exact: Sequence[float]) -> tuple[float, float]:
    """Return the mean and the maximum of the absolute differences."""
    differences = np.abs(np.array(values) - np.array(exact))
    return float(differences.mean()), float(differences.max())


def _normalize_rows(vectors: Sequence[Sequence[float]]) -> Any:  # noqa: ANN401 — an array of shape (texts, dimension)
    array = np.array(vectors)
    return array / np.linalg.norm(array, axis=1, keepdims=True)


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@page_option
def main(data: Path, page: Path) -> None:
    """Compare on the seed and on a sample of the stories of DATA, the folder of open sets."""
    shutil.rmtree(CACHE, ignore_errors=True)
    texts, pairs = write_sample(data, CACHE / SAMPLE)
    models = prepare_models(CACHE)
    variants = [Variant("exact", FLOAT32)]
    variants += [Variant(weights, avx2_only=only) for weights in models if weights != "exact" for only in (False, True)]
    found = {}
    for number, variant in enumerate(variants):
        folder = CACHE / str(number)
        folder.mkdir()
        encoder, reader = map(str, models[variant.weights])
        specification = Specification(
            encoder, reader, variant.compute_type, texts, pairs, str(CACHE / SAMPLE), str(folder)
        )
        found[variant.name] = measure_variant(variant, specification)
        click.echo(f"measured {variant.name}")
    shown = {
        "table": format_table(HEAD, format_rows(found)),
        "processors": format_table(("with and without VNNI", *DIFFERENCES), format_processor_rows(found)),
    }
    click.echo("\n\n".join(shown.values()))
    counts = {"texts": len(texts) + len(pairs), "pairs": len(pairs), "questions": len(pairs) // 2}
    write_section(page, "processors", SECTION.format(**shown, origin=format_origin(COMMAND), **counts))


SECTION = """## What each processor gets

{origin}

Encoder and reader are quantized to int8. A processor with VNNI (Intel since 2019, AMD since 2022) adds the products of
bytes in 32 bits. An older one adds two neighbouring products in 16 bits, and a sum that does not fit saturates. The
weights are therefore limited: no two neighbours add up to more than 128, so every sum fits
(`index/embedding/saturation.py`). Here both kinds of weights are computed with all instructions of this processor
and, with `ONEDNN_MAX_CPU_ISA=AVX2`, as on a processor without VNNI. Differences are from
float32: vectors of {texts:,} texts, the reader's relevance (a logit) of {pairs:,} pairs, confidence and status of
the questions about the seed and of {questions:,} about a sample of stories (`fairytaleqa-val`). Each variant builds its
own index. The reader's weights only exist rounded to limited int8: its float32 row is float32 arithmetic on them, and
its full-range weights are the same ones on a finer scale.

{table}

How much the two kinds of processors differ from each other:

{processors}

What follows: with limited weights, a user of either processor gets the same quality. Rankings are nearly identical, and
a threshold of the confidence means the same on both: only questions at its edge get another status. Sums no longer
saturate; what remains is smaller than the difference between int8 and float32. With full-range weights the processors
differ several times as much. Limiting costs a processor with VNNI a little precision (cosine in the first table) and no
measured quality.
"""


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.speed.processors")

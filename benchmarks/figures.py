"""Measures the first rows of docs/quality.json again, on this processor.

python -m benchmarks.figures tests/judgements/blame.jsonl --source seeds

Another processor computes slightly other vectors, so a figure must lie within its committed bootstrap interval rather
than be equal. Exits with 1 and names each figure that does not.
"""

from itertools import islice
from pathlib import Path

import click

from index.embedding import load_encoder
from index.progress import Terminal
from qa.evaluation.ablation.ablate import COLUMNS, Ablation, ablate, read_results
from qa.evaluation.ablation.memo import MemoEncoder
from qa.evaluation.ablation.rows import ROWS
from qa.evaluation.ablation.workbench import Workbench
from qa.evaluation.data import load

COMMITTED = Path("docs/quality.json")
# The program as shipped, in mode precise and in mode fast.
SHIPPED_ROWS = dict(islice(ROWS.items(), 2))


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--source", type=click.Path(path_type=Path, exists=True), help="The texts that span judgements are over.")
def main(data: Path, source: Path | None) -> None:
    """Measure one of the sets in docs/quality.json again and compare."""
    bench = Workbench(load(data), source, MemoEncoder(load_encoder()), Terminal())
    committed = next((table for table in read_results(COMMITTED) if table.dataset == bench.dataset.name), None)
    if committed is None:
        raise click.UsageError(f"{COMMITTED} has no table of {bench.dataset.name}")
    outside = _print_comparison(committed, ablate(bench, SHIPPED_ROWS))
    if outside:
        raise SystemExit(f"outside of the committed interval: {', '.join(outside)}")


def _print_comparison(committed: Ablation, measured: Ablation) -> list[str]:
    """Print every figure beside the committed one, and return the names of those outside its interval."""
    outside = []
    for before, now in zip(committed.rows, measured.rows, strict=False):
        for name in COLUMNS:
            if name in now.scores:
                interval, mean = before.scores[name], now.scores[name].mean
                inside = interval.low <= mean <= interval.high
                click.echo(f"{now.name}  {name:16} {mean:.3f}  committed {interval}{'' if inside else '  OUTSIDE'}")
                outside += [] if inside else [f"{name} ({now.name})"]
    return outside


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.figures")

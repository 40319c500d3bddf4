"""Writes the questions of SQuAD that nothing was trained or fitted on as a data set of their own.

python -m benchmarks.training.held_out ../shared/data var/held-out
"""

import gzip
import json
import shutil
from pathlib import Path

import click

from benchmarks.open_sets import SQUAD_SENTENCES, assign_squad_part, read_judgements, read_lines
from benchmarks.splits import Part


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.argument("out", type=click.Path(path_type=Path))
def main(data: Path, out: Path) -> None:
    """Write the questions of DATA about held-out articles into OUT, with the whole collection."""
    source, folder = data / SQUAD_SENTENCES, out / SQUAD_SENTENCES
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "corpus.jsonl.gz", folder / "corpus.jsonl.gz")
    sentences = {row["_id"]: place for place, row in enumerate(read_lines(source / "corpus.jsonl.gz"))}
    kept = {q: s for q, s, _ in read_judgements(source) if assign_squad_part(sentences[s]) is Part.HELD_OUT}
    rows = [row for row in read_lines(source / "queries.jsonl.gz") if row["_id"] in kept]
    with gzip.open(folder / "queries.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    judgements = "".join(f"{question}\t{sentence}\t1\n" for question, sentence in kept.items())
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + judgements, encoding="utf-8")
    click.echo(f"{folder}: {len(rows):,} of {sum(1 for _ in read_judgements(source)):,} questions")


if __name__ == "__main__":
    main()

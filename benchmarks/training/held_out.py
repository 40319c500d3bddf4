"""Writes the questions of SQuAD and of the handbooks that nothing was trained or fitted on as data sets.

python -m benchmarks.training.held_out ../shared/data var/held-out
"""

import gzip
import json
import shutil
from pathlib import Path

import click

from benchmarks.handbooks import FOLDER, SOURCE, find_document, load_handbook_judgements
from benchmarks.open_sets import SQUAD_SENTENCES, assign_squad_part, read_judgements, read_lines
from benchmarks.splits import Part, assign_part


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.argument("out", type=click.Path(path_type=Path))
def main(data: Path, out: Path) -> None:
    """Write the questions of DATA, and of the handbooks, about held-out articles into OUT."""
    out.mkdir(parents=True, exist_ok=True)
    click.echo(write_squad_sentences(data / SQUAD_SENTENCES, out / SQUAD_SENTENCES))
    click.echo(write_handbooks(out / f"{SOURCE}.jsonl"))


def write_squad_sentences(source: Path, folder: Path) -> str:
    """Write the questions of the set with its whole collection, and return how many they are."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "corpus.jsonl.gz", folder / "corpus.jsonl.gz")
    sentences = {row["_id"]: place for place, row in enumerate(read_lines(source / "corpus.jsonl.gz"))}
    kept = {q: s for q, s, _ in read_judgements(source) if assign_squad_part(sentences[s]) is Part.HELD_OUT}
    rows = [row for row in read_lines(source / "queries.jsonl.gz") if row["_id"] in kept]
    with gzip.open(folder / "queries.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    judgements = "".join(f"{question}\t{sentence}\t1\n" for question, sentence in kept.items())
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + judgements, encoding="utf-8")
    return f"{folder}: {len(rows):,} of {sum(1 for _ in read_judgements(source)):,} questions"


def write_handbooks(path: Path) -> str:
    """Write the questions about held-out handbooks, and return how many they are.

    They are span judgements over all documents of ``benchmarks/training/handbooks/documents``.
    """
    judgements = load_handbook_judgements()
    lines = (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [
        line
        for line, judgement in zip(lines, judgements, strict=True)
        if assign_part(SOURCE, find_document(judgement)) is Part.HELD_OUT
    ]
    path.write_text("".join(kept), encoding="utf-8")
    return f"{path}: {len(kept):,} of {len(judgements):,} questions"


if __name__ == "__main__":
    main()

"""A whole build of a million passages, from files to a generation, with an encoder that costs nearly nothing.

python -m benchmarks.speed.whole_build ../shared/data [--documents 31300]

What embedding costs is measured elsewhere (``bulk.py``); here everything else is: parsing, splitting, storing vectors
and tokens, indexing words, comparing, writing. Writes its section of ``docs/performance.md``. Twenty minutes and 30 GB.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import click

from benchmarks.articles import split_article_sentences
from benchmarks.documents import write_section
from benchmarks.open_sets import load_questions
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.whole_build_child import WholeBuild
from benchmarks.splits import Part

COMMAND = "python -m benchmarks.speed.whole_build ../shared/data"
FOLDER = Path("var/whole-build")
# A document has 20 paragraphs of 3 to 7 sentences, which become about 32 passages: together a million.
DOCUMENTS, PARAGRAPHS, SENTENCES = 31_300, 20, (3, 7)
IN_A_FOLDER = 1000
LENGTHS = range(20, 300)


def write_documents(data: Path, count: int, folder: Path) -> None:
    """Write documents of random sentences of the training articles, the same each time."""
    sentences, chance = sorted(set(list_sentences(data))), Random(0)
    for number in range(count):
        paragraphs = [" ".join(chance.sample(sentences, chance.randint(*SENTENCES))) for _ in range(PARAGRAPHS)]
        path = folder / f"{number // IN_A_FOLDER:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n\n".join(paragraphs), encoding="utf-8")


def list_sentences(data: Path) -> Iterator[str]:
    """Yield the sentences of the training articles that are neither very short nor very long."""
    for context in dict.fromkeys(row.context for row in load_questions(data)[Part.TRAIN]):
        for span in split_article_sentences(context):
            if span.end - span.start in LENGTHS:
                yield context[span.start : span.end]


def measure_build(folder: Path) -> WholeBuild:
    """Build in a process of its own, so that its memory is that of the build."""
    command = [sys.executable, "-m", "benchmarks.speed.whole_build_child", str(folder / "texts"), str(folder / "index")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 — our own
    return WholeBuild(**json.loads(done.stdout.splitlines()[-1]))


def describe(one: WholeBuild, text_mb: float) -> str:
    """Return the section."""
    return f"""## A whole build

{format_origin(COMMAND)}

{one.documents:,} files with {text_mb:,.0f} MB of text become {one.passages:,} passages and {one.units:,} vectors, with
a stand-in for the encoder that costs nearly nothing. That takes {one.seconds / 60:.0f} minutes beside embedding, and a
process of at most {one.peak_mb:,.0f} MB, of which {one.before_mb:,.0f} MB were there before the build began. The
generation has {one.disk_mb / 1000:.1f} GB."""


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--documents", default=DOCUMENTS, show_default=True, help="Number of documents, of 32 passages each.")
@page_option
def main(data: Path, documents: int, page: Path) -> None:
    """Measure a build of documents made of the sentences of DATA, the folder of open sets."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    write_documents(data, documents, FOLDER / "texts")
    text_mb = sum(file.stat().st_size for file in FOLDER.rglob("*.txt")) / 1e6
    write_section(page, "whole build", describe(measure_build(FOLDER), text_mb))
    shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.speed.whole_build")

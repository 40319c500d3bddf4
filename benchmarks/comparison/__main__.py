"""Compares Netsphere with its peers and with the plain recipe, and writes docs/comparison.json and docs/comparison.md.

python -m benchmarks.comparison ../shared/data

Installs each peer from PyPI or npm into var/comparison/, which takes a while and several gigabytes once. To try it:
python -m benchmarks.comparison ../shared/data --peer recipe --questions 10 --out var/comparison/trial
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from statistics import median
from subprocess import run

import click

from benchmarks.comparison.document import write_document
from benchmarks.comparison.environments import CannotRun, make_environment, measure_folder_mb, measure_torch_mb
from benchmarks.comparison.peers import PEERS, Peer
from benchmarks.comparison.protocol import Reply
from benchmarks.comparison.questions import Collection, load_collections
from benchmarks.comparison.results import FILE, CollectionResult, Comparison, PeerResult
from benchmarks.comparison.run import ask_questions, build_index, shorten
from benchmarks.comparison.scores import Answered, score_answers
from qa.evaluation.fingerprint.program import compute_fingerprint

WORK, DOCS = Path("var/comparison"), Path("docs")


def compare_peer(peer: Peer, collections: Sequence[Collection], work: Path) -> PeerResult:
    """Install a peer, let it index and answer each collection, and return its row, also if it fails."""
    try:
        folder = work / "environments" / peer.environment.name
        python = make_environment(peer.environment, folder)
        results = {one.name: measure_collection(peer, python, one, work) for one in collections}
    except CannotRun as error:
        return PeerResult(peer.title, list(_list_packages(peer)), peer.needs, failed=shorten(str(error)))
    return PeerResult(
        peer.title,
        list(_list_packages(peer)),
        python=_read_version(python),
        environment_mb=measure_folder_mb(folder),
        torch_mb=measure_torch_mb(folder),
        collections=results,
    )


def measure_collection(peer: Peer, python: Sequence[str], collection: Collection, work: Path) -> CollectionResult:
    """Index a collection and ask its questions. Raise CannotRun."""
    texts = work / "texts" / collection.name
    ids = collection.write_texts(texts)
    index = work / "indexes" / collection.name / f"{peer.adapter}-{peer.way or 'only'}"
    # An older index is removed, so that everything is built with the texts of now.
    rmtree(index, ignore_errors=True)
    build_index(peer, python, texts, index)
    asked = ask_questions(peer, python, texts, index, [one.question for one in collection.judgements])
    replies = [_name_documents(reply, ids) for reply in asked.replies]
    answered = [Answered(*pair) for pair in zip(collection.judgements, replies, strict=True)]
    return CollectionResult(score_answers(answered), median(asked.seconds), asked.resident_mb, measure_folder_mb(index))


def _name_documents(reply: Reply, ids: Mapping[str, str]) -> Reply:
    """Return the reply with document ids in place of file names."""
    return replace(reply, results=[replace(one, document=ids.get(one.document, one.document)) for one in reply.results])


def _list_packages(peer: Peer) -> Sequence[str]:
    """Return what was installed, files by their names."""
    return [package.rpartition("/")[2] if package.startswith("-") else package for package in peer.environment.packages]


def _read_version(python: Sequence[str]) -> str:
    return run([python[0], "--version"], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


@click.command(help=__doc__)
@click.argument("data", expose_value=False)
@click.option("--peer", "names", multiple=True, help="Only this peer's adapter, for example `recipe`; may be repeated.")
@click.option("--collection", "only", multiple=True, help="Only this collection: seed or handbooks.")
@click.option("--questions", type=click.IntRange(1), help="Only so many questions of each collection, for a trial.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=DOCS, show_default=True)
@click.option("--render", is_flag=True, help="Only write the document again from what was measured.")
def main(names: Sequence[str], only: Sequence[str], questions: int | None, out: Path, render: bool) -> None:
    """Measure; DATA is ignored, so that all benchmarks take the same arguments."""
    if render:
        click.echo(write_document(Comparison.read(out), out))
        return
    if (questions or only) and out == DOCS:
        raise click.UsageError("a part of the questions is a trial: give --out another folder than docs")
    unknown = set(names) - {peer.adapter for peer in PEERS}
    if unknown:
        known = ", ".join(dict.fromkeys(peer.adapter for peer in PEERS))
        raise click.UsageError(f"invalid value {min(unknown)!r} for --peer: must be one of {known}")
    collections = [one.sample(questions) for one in load_collections() if not only or one.name in only]
    comparison = start_comparison(out, collections, partly=bool(names))
    for peer in PEERS:
        if not names or peer.adapter in names:
            click.echo(f"asking {peer.title}", err=True)
            comparison = comparison.add(compare_peer(peer, collections, WORK))
            # After each, because the whole takes hours.
            comparison.write(out)
    click.echo(write_document(comparison, out))


def start_comparison(out: Path, collections: Sequence[Collection], partly: bool) -> Comparison:
    """Return an empty comparison, or, if only some peers are asked, the one that is there of the same program."""
    program = compute_fingerprint()
    asked = {
        one.name: {
            "documents": len(one.documents),
            "questions": len(one.judgements),
            "absent": sum(not judgement.answerable for judgement in one.judgements),
        }
        for one in collections
    }
    if partly and (out / FILE).is_file():
        before = Comparison.read(out)
        if (before.program, before.asked) == (program, asked):
            return before
    return Comparison(program, f"{datetime.now(UTC):%Y-%m-%d}", asked, [])


if __name__ == "__main__":
    main()

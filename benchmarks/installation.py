"""From an empty environment to the first answer: commands, seconds and megabytes, and writes docs/installation.json.

python -m benchmarks.installation ../shared/data

Each way starts with a fresh clone of the last commit, or with an empty folder, an empty virtual environment, and an
empty cache of pip, and ends with the first answer over HTTP; the plain recipe is measured in the same run. Writes a
section of docs/comparison.md too. Needs the package index.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from urllib.error import URLError
from urllib.parse import unquote, urlparse
from urllib.request import Request, urlopen

import click

from benchmarks.comparison.environments import measure_folder_mb
from benchmarks.comparison.peers import ROOT
from benchmarks.documents import format_table, write_section
from benchmarks.installation_ways import Step, Way, list_ways
from index.build.pipeline import build_index
from index.embedding import load_encoder
from index.settings import IndexSettings
from qa.evaluation.fingerprint.program import compute_fingerprint

DOCS, FILE, PAGE, SECTION = Path("docs"), "installation.json", "comparison.md", "installation"
QUESTION = "Who directed the film?"
MAX_SECONDS, PAUSE = 3600, 0.1
NONE = "–"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a way took, or why it did not get there."""

    title: str
    commands: Sequence[str]
    seconds: Mapping[str, float] = field(default_factory=dict)
    downloaded_mb: float = 0.0
    disk_mb: float = 0.0
    failed: str = ""


class StepFailed(Exception):
    """A command that ended without what it should do; the message has its last line."""


def measure_way(way: Way, folder: Path, port: int) -> Measurement:
    """Run the steps of a way, and return what they took, also if one of them fails."""
    cache, report = folder / "pip-cache", folder / "pip-report.json"
    shutil.rmtree(cache, ignore_errors=True)
    report.unlink(missing_ok=True)
    # A fresh machine has none of what is kept for a user.
    environment = os.environ | {
        "PIP_CACHE_DIR": str(cache),
        "PIP_REPORT": str(report),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_DATA_HOME": str(folder / "data"),
        "HF_HUB_OFFLINE": "1",
    }
    commands, seconds, failed = [step.shown for step in way.steps], {}, ""
    before = measure_folder_mb(folder)
    try:
        for step in way.steps:
            started = monotonic()
            with start(step, environment, folder) as process:
                wait_for_answer(process, port) if step.serves else wait_for_end(process)
                seconds[step.shown] = monotonic() - started
    except (StepFailed, OSError) as error:
        failed = f"{step.shown}: {error}"
    downloaded = measure_folder_mb(cache) + measure_local_wheels_mb(report)
    disk = measure_folder_mb(folder) - before - measure_folder_mb(cache)
    return Measurement(way.title, commands, seconds, downloaded, disk, failed)


@contextmanager
def start(step: Step, environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a command in a group of its own, which is ended with the block, servers that it started included."""
    with (folder / "messages.log").open("a+", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603  (our own)
            step.command, cwd=folder, stdout=log, stderr=log, text=True, env=environment, start_new_session=True
        )
        try:
            yield process
        except StepFailed as error:
            log.seek(0)
            lines = [line.strip() for line in log if line.strip()]
            raise StepFailed(f"{error}; {lines[-1] if lines else 'it said nothing'}") from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def wait_for_end(process: subprocess.Popen[str]) -> None:
    """Wait until the command ends; raise StepFailed unless it ends well."""
    if process.wait(timeout=MAX_SECONDS):
        raise StepFailed(f"ended with status {process.returncode}")


def wait_for_answer(process: subprocess.Popen[str], port: int) -> None:
    """Ask until there is an answer; raise StepFailed if the server ends before."""
    body = json.dumps({"question": QUESTION}).encode()
    request = Request(f"http://127.0.0.1:{port}/v1/ask", body, {"Content-Type": "application/json"})
    deadline = monotonic() + MAX_SECONDS
    while monotonic() < deadline:
        if process.poll() is not None:
            raise StepFailed(f"ended with status {process.returncode}")
        try:
            with urlopen(request, timeout=60) as response:  # noqa: S310  (our own)
                if json.load(response)["passages"]:
                    return
        except (URLError, ConnectionError, TimeoutError):
            sleep(PAUSE)
    raise StepFailed("no answer")


def measure_local_wheels_mb(report: Path) -> float:
    """Return the megabytes of what pip took from files of this machine, which its cache does not keep.

    Elsewhere they come from the package index, so they count as downloaded.
    """
    if not report.is_file():
        return 0.0
    items = json.loads(report.read_text(encoding="utf-8"))["install"]
    urls = [urlparse(item["download_info"]["url"]) for item in items]
    paths = [Path(unquote(url.path)) for url in urls if url.scheme == "file"]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def find_port() -> int:
    """Return a port that is free now."""
    with create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def render(measurements: Sequence[Measurement], date: str) -> str:
    """Return the section."""
    head = ("", "commands", "seconds", "of them the last", "downloaded, MB", "on disk, MB")
    ran = [one for one in measurements if not one.failed]
    rows = [
        (
            one.title,
            str(len(one.commands)),
            f"{sum(one.seconds.values()):,.0f}",
            f"{one.seconds[one.commands[-1]]:,.1f}",
            f"{one.downloaded_mb:,.0f}",
            f"{one.disk_mb:,.0f}",
        )
        for one in ran
    ]
    commands = "\n".join(f"* {one.title}: " + ", ".join(f"`{command}`" for command in one.commands) for one in ran)
    failed = "\n".join(f"* {one.title} did not get there: `{one.failed}`" for one in measurements if one.failed)
    return "\n\n".join(filter(None, [HEAD.format(date=date), format_table(head, rows), commands, failed]))


HEAD = """## From nothing to the first answer

*Written by `python -m benchmarks.installation ../shared/data` on {date}; do not edit by hand.*

Each way starts with an empty folder, an empty virtual environment and empty caches, and ends with the first answer
over HTTP about the seed, on two cores and in turn. Seconds depend on the connection and on the machine: compare the
rows. Torch is its CPU build if pip finds one; from PyPI alone, on Linux, it comes with CUDA and takes gigabytes
more."""


@click.command(help=__doc__)
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--way", "names", multiple=True, help="Only ways with this in their title; may be repeated.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=DOCS, show_default=True)
@click.option("--render", "only_render", is_flag=True, help="Only write the section again from what was measured.")
def main(data: Path, names: Sequence[str], out: Path, only_render: bool) -> None:
    """Measure; DATA is ignored, so that all benchmarks take the same arguments."""
    if not only_render:
        measure(out, names)
    found = json.loads((out / FILE).read_text(encoding="utf-8"))
    text = render([Measurement(**one) for one in found["ways"]], found["date"])
    write_section(out / PAGE, SECTION, text, found["program"])
    click.echo(text)


def measure(out: Path, names: Sequence[str]) -> None:
    """Measure each way and write the JSON."""
    measured = []
    with TemporaryDirectory(prefix="netsphere-installation-") as work:
        index = Path(work) / "index"
        build_index(ROOT / "seeds", IndexSettings(index=str(index)), load_encoder())
        port = find_port()
        for way in list_ways(Path(work) / "ways", port, index):
            if not names or any(name in way.title for name in names):
                click.echo(f"measuring {way.title}", err=True)
                folder = Path(work) / "ways"
                folder.mkdir()
                measured.append(measure_way(way, folder, port))
                shutil.rmtree(folder)
    out.mkdir(parents=True, exist_ok=True)
    program, date = compute_fingerprint(), f"{datetime.now(UTC):%Y-%m-%d}"
    text = json.dumps({"program": program, "date": date, "ways": [asdict(one) for one in measured]}, indent=1)
    (out / FILE).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

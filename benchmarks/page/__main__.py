"""Measures the six tasks and the first visit in a real Chromium, and writes ``docs/page-comparison.md``.

python -m benchmarks.page
"""

import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
from playwright.sync_api import Browser, sync_playwright

from benchmarks.documents import format_table
from benchmarks.handbooks import FOLDER
from benchmarks.indexing import index_seed
from benchmarks.page.tasks import OVER_HANDBOOKS, TASKS, Task, visit_first
from benchmarks.page.visitor import Visitor
from benchmarks.speed.part import format_origin
from benchmarks.speed.servers import run_server
from index.build.pipeline import build_index
from index.embedding import load_encoder
from index.settings import IndexSettings

PEERS = tomllib.loads(Path(__file__).with_name("peers.toml").read_text(encoding="utf-8"))
TEXTS = PEERS.pop("netsphere")
PAGE = Path("docs/page-comparison.md")
CACHE = Path("var/page")
COMMAND = "python -m benchmarks.page"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class TaskMeasurement:
    """What was done, in words, and the median of the seconds that were waited."""

    actions: tuple[str, ...]
    seconds: float

    @property
    def summary(self) -> str:
        """The actions and the time in a line."""
        count = len(self.actions)
        return f"{', '.join(self.actions)} ({count} action{'' if count == 1 else 's'}, {self.seconds:.2f} s of waiting)"


def measure_task(browser: Browser, address: str, task: Task, rounds: int = ROUNDS) -> TaskMeasurement:
    """Do a task in a new window each round, and return its actions and the median of the seconds waited."""
    visitors = []
    for _ in range(rounds):
        # Without motion: the browser's driver waits until what it clicks stands still, and a visitor need not.
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US", reduced_motion="reduce")
        visitors.append(Visitor(context.new_page()))
        task(visitors[-1], address)
        context.close()
    return TaskMeasurement(tuple(visitors[-1].actions), median(one.seconds for one in visitors))


def measure_all(browser: Browser, seed: str, handbooks: str, rounds: int = ROUNDS) -> dict[str, TaskMeasurement]:
    """Return the measurement of each task and, under an empty name, of the first visit."""
    places = {name: handbooks if name in OVER_HANDBOOKS else seed for name in TASKS}
    found = {name: measure_task(browser, places[name], task, rounds) for name, task in TASKS.items()}
    return found | {"": measure_task(browser, seed, visit_first, rounds)}


def render_page(found: Mapping[str, TaskMeasurement]) -> str:
    """Return the page."""
    first = found[""]
    parts = [
        "# The page beside those of others",
        f"{format_origin(COMMAND)}",
        TEXTS["introduction"].format(rounds=ROUNDS),
    ]
    for task in TASKS:
        rows = [("Netsphere", found[task].summary, TEXTS[task])]
        rows += [(peer["name"], peer[task]["steps"], peer[task]["seen"]) for peer in PEERS.values()]
        parts += [f"## {task.capitalize()}", format_table(("", "steps", "what is seen"), rows, texts=3)]
    needs = [("Netsphere", "nothing: no language model, no account, no network")]
    needs += [(peer["name"], peer["needs"]) for peer in PEERS.values()]
    parts += [
        "## What a visitor's first question needs",
        format_table(("", "needs"), needs, texts=2),
        "## A first visit",
        f"From opening the address to the evidence in its document: {first.summary}.",
        "## What Netsphere lacks",
        TEXTS["lacks"],
        "## Sources",
        "\n".join(f"* {peer['name']}: {', '.join(peer['sources'])}" for peer in PEERS.values()),
    ]
    return "\n\n".join(parts) + "\n"


@click.command()
def main() -> None:
    """Measure all tasks and write the page; a minute."""
    chromium = shutil.which("chromium")
    if not chromium:
        raise click.ClickException("chromium is not installed; install it with: apt-get install chromium")
    encoder = load_encoder()
    index_seed(encoder, CACHE)
    build_index(FOLDER / "documents", IndexSettings(index=str(CACHE / "handbooks")), encoder)
    with (
        sync_playwright() as playwright,
        run_server("serve.py", "--index", str(CACHE / "index"), "--port", "0") as seed,
        run_server("serve.py", "--index", str(CACHE / "handbooks"), "--port", "0") as handbooks,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        PAGE.write_text(render_page(measure_all(browser, seed, handbooks)), encoding="utf-8")
        browser.close()
    click.echo(f"wrote {PAGE}")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.page")

"""How soon the page is painted and an answer is seen, in a real Chromium, compared with the smallest possible page.

python -m benchmarks.speed.paint ../shared/data

Over the seed, with a real server process. Writes its section of ``docs/performance.md``.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import quote

import click
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.documents import format_table, write_section
from benchmarks.indexing import index_seed
from benchmarks.speed.paired import median_ratio, run_interleaved
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.plots import plot_measurements
from benchmarks.speed.questions import load_seed_questions
from benchmarks.speed.servers import run_server
from index.embedding import load_encoder

CACHE = Path("var/start")
COMMAND = "python -m benchmarks.speed.paint ../shared/data"
ROUNDS = 11
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
SMALLEST = "a line of text (`/healthz`)"
PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
  const first = list.getEntriesByName("first-contentful-paint")[0];
  if (first) done(first.startTime);
}).observe({type: "paint", buffered: true}))"""
# From the key to the frame in which the answer is seen.
ANSWERED = """question => new Promise(done => {
  const input = document.getElementById("q"), turns = document.getElementById("turns"), begun = performance.now();
  new MutationObserver(() => {
    if (turns.lastElementChild?.dataset.turn) requestAnimationFrame(() => done(performance.now() - begun));
  }).observe(turns, {childList: true});
  input.value = question;
  input.form.requestSubmit();
})"""
HEAD = ("", "p50, ms", "times as long as the smallest page", "goal, ms", "weight, kB", "goal, kB")
GOALS = "under 500", "under 60"


@dataclass(frozen=True, slots=True)
class PageMeasurement:
    """Milliseconds until something was seen, and the kilobytes that were loaded for it."""

    ms: float
    kb: float


def measure_paint(browser: Browser, url: str) -> PageMeasurement:
    """Measure the first contentful paint of a page in a window without a cache."""
    with _open_window(browser) as (page, weights):
        page.goto(url, wait_until="networkidle")
        return PageMeasurement(float(page.evaluate(PAINTED)), sum(weights) / 1000)


def measure_answer(browser: Browser, url: str, question: str) -> PageMeasurement:
    """Measure the time from a question typed into an open page to its answer."""
    with _open_window(browser) as (page, weights):
        page.goto(url, wait_until="networkidle")
        before = sum(weights)
        return PageMeasurement(float(page.evaluate(ANSWERED, question)), (sum(weights) - before) / 1000)


@contextmanager
def _open_window(browser: Browser) -> Iterator[tuple[Page, list[int]]]:
    context, weights = browser.new_context(viewport={"width": 1280, "height": 900}), list[int]()
    page = context.new_page()
    page.on("response", lambda reply: weights.append(int(reply.headers.get("content-length", 0))))
    yield page, weights
    context.close()


def format_rows(found: Mapping[str, Sequence[PageMeasurement]]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each measurement: medians, and medians of the ratios round by round."""
    smallest = [one.ms for one in found[SMALLEST]]
    for name, seen in found.items():
        times, ours = [one.ms for one in seen], name != SMALLEST
        figures = f"{median(times):,.0f}", f"{median_ratio(times, smallest):.1f}"
        weight = f"{median(one.kb for one in seen):.1f}"
        yield name, *figures, GOALS[0] if ours else "", weight, GOALS[1] if ours else ""


def list_ways(browser: Browser, address: str) -> dict[str, Callable[[str], PageMeasurement]]:
    """Return what is measured, each with a question of its round."""

    def answer_page(question: str) -> PageMeasurement:
        return measure_paint(browser, f"{address}/?q={quote(question)}")

    return {
        SMALLEST: lambda question: measure_paint(browser, f"{address}/healthz"),
        "the first page": lambda question: measure_paint(browser, f"{address}/"),
        "a link to a question, with its answer": answer_page,
        "a document": lambda question: measure_paint(browser, f"{address}/documents/blame.txt"),
        "a question typed, to its answer": partial(measure_answer, browser, f"{address}/"),
    }


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@page_option
def main(data: Path, page: Path) -> None:
    """Measure on the seed; DATA is ignored, so that all benchmarks take the same arguments."""
    chromium = shutil.which("chromium")
    if not chromium:
        raise click.ClickException("chromium is not installed; install it with: apt-get install chromium")
    index_seed(load_encoder(), CACHE)
    with (
        sync_playwright() as playwright,
        run_server("serve.py", "--index", str(CACHE / "index"), "--port", "0") as address,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        found = run_interleaved(list_ways(browser, address), load_seed_questions()[: ROUNDS + 1])
        browser.close()
    counted = {name: seen[1:] for name, seen in found.items()}
    times = {name: [one.ms for one in seen] for name, seen in counted.items()}
    picture = plot_measurements("paint", times, "milliseconds until it is seen", page)
    shown = f"{format_table(HEAD, format_rows(counted))}\n\n{picture}"
    write_section(page, "paint", SECTION.format(table=shown, rounds=ROUNDS, origin=format_origin(COMMAND)))
    click.echo(shown)


SECTION = """## How soon it is seen

{origin}

The time until Chromium, without a graphics card and on the same cores as the server, paints the first words of a page
(first contentful paint), in a window without a cache; and the time from sending a question to the frame that shows its
answer, in mode `precise`. {rounds} rounds after one that is not counted, all in turn, over the seed; medians, and
medians of the ratios round by round. Weight: everything that was loaded, not compressed.

{table}
"""


if __name__ == "__main__":
    main()

"""python -m qa.evaluation: score answers against judged questions."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click

from index.cli import Group, Option, is_flag_given, is_stated, setting_options
from index.data_folder import DATA_FOLDER
from index.embedding import load_encoder, load_generation_encoder
from index.errors import UsageError
from index.generation.directory import IndexDirectory
from index.progress import Terminal
from index.settings import IndexSettings
from qa.engine import Engine
from qa.evaluation import known_item as probing
from qa.evaluation.ablation.ablate import ablate, merge_results, read_results, to_markdown
from qa.evaluation.ablation.memo import MemoEncoder
from qa.evaluation.ablation.rows import choose_rows, compute_ablation_fingerprint
from qa.evaluation.ablation.workbench import Workbench
from qa.evaluation.comparison import compare, find_broken_limits, parse_limits
from qa.evaluation.data import collection, load
from qa.evaluation.data.reading import load_reading
from qa.evaluation.report import write_ablation, write_comparison, write_report, write_summary
from qa.evaluation.runs.answer_sources import AnswerSource, HttpClient
from qa.evaluation.runs.reading import run_reading
from qa.evaluation.runs.run import run
from qa.evaluation.runs.store import load_run, save_run
from qa.evaluation.runs.trec import read_external
from qa.evaluation.types import Dataset, Run
from qa.types import Mode

RUNS = DATA_FOLDER / "runs"
MAX_PROBLEMS = 20
INDEX_SETTINGS = tuple(row.name for row in fields(IndexSettings))
# Exit code if a limit of the caller's is broken.
GATE_EXIT_CODE = 1

data_argument = click.argument("data", type=click.Path(path_type=Path))
mode_option = click.option(
    "--mode", cls=Option, type=click.Choice(["fast", "precise"]), default="precise", show_default=True
)
fail_below_option = click.option(
    "--fail-below",
    multiple=True,
    metavar="MEASURE=VALUE",
    help="exit with 1 if a mean is below VALUE; repeatable",
)


@click.group(cls=Group, context_settings={"max_content_width": 100})
def main() -> None:
    """Run the offline evaluation.

    Example: python -m qa.evaluation run tests/judgements/blame.jsonl --index var/index
    """


@main.command(name="run")
@data_argument
@mode_option
@click.option("--out", type=click.Path(path_type=Path), help=f"folder for the results  [default: {RUNS}/NAME]")
@click.option("--url", help="ask the service at this address instead of an index")
@click.option("--reading", is_flag=True, help="read each question in its own text, nothing is searched")
@click.option("--summary", type=click.Path(path_type=Path), help="also write this Markdown file with its plots beside")
@fail_below_option
@setting_options(*INDEX_SETTINGS, "reader")
def run_command(data: Path, mode: Mode, out: Path | None, **flags: Any) -> None:  # noqa: ANN401 — any option
    """Ask every judged question of DATA and score the answers.

    DATA is a BEIR folder or a SQuAD file, whose texts are indexed first into a folder that
    is kept, or a file of span judgements over the index of --index. An interrupted run
    continues when it is called again. With --reading, DATA is a SQuAD file or a file of
    questions that have a context each, and only the reader is measured.

    Example: python -m qa.evaluation run ../shared/data/fairytaleqa-val --out var/fairytale
    """
    wanted = parse_limits(flags["fail_below"])
    if flags["url"] and any(map(is_flag_given, ("index", "model", "reader"))):
        raise UsageError(
            "--url asks a service, which has its own index and models; leave out --index, --model, --reader"
        )
    given = filter(is_flag_given, ("url", *INDEX_SETTINGS, "reader", "summary"))
    words = ["--reading"] * flags["reading"] + [f"--{name.replace('_', '-')} {flags[name]}" for name in given]
    command = " ".join(["python -m qa.evaluation run", str(data), *words])
    if flags["reading"]:
        _refuse_search_flags()
        texts = load_reading(data)
        folder = out or RUNS / f"{texts.name}-reading"
        result = run_reading(texts, flags["reader"], folder, Terminal())
    else:
        dataset = load(data)
        folder = out or RUNS / dataset.name
        target = HttpClient(flags["url"]) if flags["url"] else _open_engine(dataset, flags)
        result = run(dataset, target, mode, folder, Terminal())
    result = replace(result, command=command)
    save_run(result, folder)
    write_report(result, folder / "report.html")
    click.echo(_format_run(result))
    if summary := flags["summary"]:
        write_summary(result, summary)
    click.echo(f"\nwrote {folder}/: report.html, scores.json, answers.jsonl, run.trec, qrels.trec")
    _exit_if_failed(find_broken_limits(result, wanted))


@main.command(name="score")
@data_argument
@click.argument("trec", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="folder for the results, which `compare` reads")
def score_command(data: Path, trec: Path, out: Path | None) -> None:
    """Score a run of any other system, a file in TREC's format, on the documents that DATA judges.

    Example: python -m qa.evaluation score ../shared/data/scifact-train theirs.trec --out var/runs/theirs
    """
    result = read_external(load(data), trec)
    click.echo(_format_run(result))
    if out:
        save_run(result, out)
        click.echo(f"wrote {out}/scores.json")


@main.command(name="compare")
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--measure", multiple=True, help="compare these instead of the headline ones; may be repeated")
@click.option("--out", type=click.Path(path_type=Path), help="page of the comparison  [default: B/compare.html]")
@click.option("--fail-if-worse", is_flag=True, help="exit with 1 if B is worse beyond chance in any measure")
@fail_below_option
def compare_command(a: Path, b: Path, out: Path | None, **flags: Any) -> None:  # noqa: ANN401 — any option
    """Tell whether run B is better than run A on the same questions, or only luckier.

    Example: python -m qa.evaluation compare var/runs/main var/runs/mine --fail-if-worse
    """
    wanted = parse_limits(flags["fail_below"])
    found = compare(a, b, flags["measure"])
    page = out or b / "compare.html"
    write_comparison(found, page)
    left_out = f"{found.left_out} questions that only one of them has are left out\n" if found.left_out else ""
    click.echo(f"A is {a}, B is {b}\n{left_out}\n{found}\n\nwrote {page}")
    worse = found.worse if flags["fail_if_worse"] else ()
    failures = [f"{d.measure} is worse: {d.a:.3f} → {d.b:.3f}" for d in worse]
    _exit_if_failed([*failures, *find_broken_limits(found.b, wanted)])


@main.command(name="ablate")
@click.argument("data", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--source", type=click.Path(path_type=Path), help="the texts that span judgements are over")
@click.option("--only", multiple=True, metavar="WORDS", help="only the first row and those with WORDS in their name")
@click.option("--out", type=click.Path(path_type=Path), help=f"JSON file  [default: {RUNS}/ablation.json]")
def ablate_command(data: tuple[Path, ...], source: Path | None, only: tuple[str, ...], out: Path | None) -> None:
    """Try other ways of ranking and other settings on each DATA, and tell which differences are real.

    Writes a JSON file with all numbers, and a Markdown file and a page of the same name. A file
    that exists is added to: its other datasets are kept, and those that this program has
    measured already are not measured again. The rows are in qa/evaluation/ablation/rows.py.

    Example: python -m qa.evaluation ablate tests/judgements/blame.jsonl --source seeds
    """
    path, rows, program = out or RUNS / "ablation.json", choose_rows(only), compute_ablation_fingerprint()
    if path.suffix != ".json":
        raise UsageError(f"invalid value '{path}' for --out: must end in .json (Markdown and HTML are written beside)")
    encoder, progress = MemoEncoder(load_encoder()), Terminal()
    options = [*(["--source", str(source)] if source else []), *(f"--only {w!r}" for w in only), f"--out {path}"]
    for one in data:
        dataset = load(one)
        if any((t.data, t.program) == (dataset.fingerprint, program) for t in read_results(path)) and not only:
            click.echo(f"{path} has {dataset.name} already, measured with this program")
            continue
        bench = Workbench(dataset, source, encoder, progress)
        command = " ".join(["python -m qa.evaluation ablate", str(one), *options])
        merge_results(path, ablate(bench, rows, program, command))
        # After each dataset, so that a measurement that is cut off leaves what it has measured.
        _render_ablation(path)


@main.command(name="report")
@click.argument("path", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--summary", type=click.Path(path_type=Path), help="also write this Markdown file with its plots beside")
def report_command(path: Path, summary: Path | None) -> None:
    """Render the report of a finished run again, without asking anything.

    RUN is the folder of a run, or the JSON file that `ablate` has written.

    Example: python -m qa.evaluation report var/runs/blame --summary docs/reports/blame.md
    """
    if path.suffix == ".json":
        _render_ablation(path)
        return
    result = load_run(path)
    click.echo(f"wrote {write_report(result, path / 'report.html')}")
    if summary:
        click.echo(f"wrote {write_summary(result, summary)}")


@main.command(name="probe")
@mode_option
@click.option(
    "--most", type=int, default=probing.MAX_PASSAGES, show_default=True, help="of more passages, probe every n-th"
)
@click.option("--out", type=click.Path(path_type=Path), help="folder for probe.json, which has every probe")
@setting_options("index", "model", "reader")
def probe_command(mode: Mode, most: int, out: Path | None, **flags: str) -> None:
    """Tell what of an index cannot be found, without any judgements.

    Asks for each passage in its own words: by its heading, by its most telling sentence with
    words left out, by a name that it alone holds. Names near-duplicates, headings that
    mislead, and pages, documents and passages with little or no text.

    Example: python -m qa.evaluation probe --index var/index --out var/probe
    """
    if out:
        probing.check_folder(out)
    generation = IndexDirectory(Path(flags["index"])).open_current()
    encoder = load_generation_encoder(
        generation.folder, generation.manifest, flags["model"] if is_stated("model") else None
    )
    engine = Engine(generation, encoder, flags["reader"])
    probed = probing.evaluate_known_items(generation, engine, mode, most, Terminal())
    click.echo(probing.format_summary(probed))
    if out:
        click.echo(f"\nwrote {probing.save_report(probed, out)}")


def _render_ablation(path: Path) -> None:
    tables = read_results(path)
    if not tables:
        raise UsageError(f"there is no file {path}; measure one with: python -m qa.evaluation ablate")
    path.with_suffix(".md").write_text(to_markdown(tables, path), encoding="utf-8")
    write_ablation(tables, path.with_suffix(".html"))
    click.echo(f"wrote {path.with_suffix('.md')} and {path.with_suffix('.html')}")


def _refuse_search_flags() -> None:
    """Raise UsageError if a flag is given that only searching has."""
    if wrong := next(filter(is_flag_given, ("url", "mode", *INDEX_SETTINGS)), None):
        raise UsageError(f"--reading searches nothing; leave out --{wrong.replace('_', '-')}")


def _open_engine(dataset: Dataset, flags: dict[str, Any]) -> Engine | AnswerSource:
    """Open an engine over the data's own texts, unless it has none or an index is named."""
    settings = IndexSettings(**{name: flags[name] for name in INDEX_SETTINGS})
    reader = flags["reader"]
    if dataset.documents and not is_flag_given("index"):
        return collection.build_engine(dataset, settings, Terminal(), reader)
    model = settings.model if is_stated("model") else None
    return Engine.open(settings.index, model, reader, models=settings.models)


def _format_run(result: Run) -> str:
    """Return what was left out, every measure, and how long a question took."""
    shown = [f"left out: {problem}" for problem in result.problems[:MAX_PROBLEMS]]
    if len(result.problems) > MAX_PROBLEMS:
        shown.append(f"left out: {len(result.problems) - MAX_PROBLEMS} more, which scores.json lists")
    if speed := result.latency:
        rate = f"{speed.per_second:.0f} a second in batches"
        shown += ["", f"one question p50 {speed.p50:.1f} ms, p95 {speed.p95:.1f} ms; {rate}"]
    return "\n".join([*shown, str(result)])


def _exit_if_failed(failures: list[str]) -> None:
    for failure in failures:
        click.echo(f"failed: {failure}", err=True)
    if failures:
        raise SystemExit(GATE_EXIT_CODE)


if __name__ == "__main__":
    main(prog_name="python -m qa.evaluation")

"""What every part of the page about speed has: where it is written, by which command, and on which processor."""

from pathlib import Path

import click

PAGE = Path("docs/performance.md")
# Rows that the first paragraph is written from (``summary.py``).
FAST, PRECISE, VARIED = "`fast`", "`precise`", "varied"
page_option = click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    default=PAGE,
    show_default=True,
    help="The page to write, with its plots in a folder beside it; another one for a trial.",
)
# What the arithmetic of the networks and of the search depends on, by the names of the flags in /proc/cpuinfo.
INSTRUCTION_SETS = {
    "AVX2": {"avx2"},
    "AVX-512": {"avx512f"},
    "VNNI": {"avx512_vnni", "avx_vnni"},
    "BF16": {"avx512_bf16"},
    "AMX": {"amx_tile"},
}


def describe_processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name, how many of it there are, and which instruction sets they have.

    For example ``AMD EPYC, 2 cores, with AVX2, AVX-512 and VNNI, without AMX``.
    """
    lines = [line.partition(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines()]
    cells = {name.strip(): value.strip() for name, _, value in lines}
    cores = sum(name.strip() == "processor" for name, _, _ in lines)
    flags = set(cells.get("flags", "").split())
    there = [name for name, names in INSTRUCTION_SETS.items() if names & flags]
    missing = [name for name in INSTRUCTION_SETS if name not in there]
    parts = [cells.get("model name", "unknown processor"), f"{cores} core{'' if cores == 1 else 's'}"]
    parts += [f"{word} {_join_names(names)}" for word, names in (("with", there), ("without", missing)) if names]
    return ", ".join(parts)


def _join_names(names: list[str]) -> str:
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), names[-1]])


def format_origin(command: str) -> str:
    """Return the line below the heading of a part: the command that wrote it, and the processor of this machine."""
    return f"*Written by `{command}` on {describe_processor()}; do not edit by hand.*"

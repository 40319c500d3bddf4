"""What every part of the page about speed has."""

from pathlib import Path

from benchmarks.speed.part import describe_processor, format_origin

ROOT = Path(__file__).parents[2]
CPU = """processor\t: {number}
model name\t: Example 3000
flags\t\t: fpu {flags}

"""


def write_cpuinfo(folder: Path, flags: str, count: int) -> Path:
    path = folder / "cpuinfo"
    path.write_text("".join(CPU.format(number=number, flags=flags) for number in range(count)), encoding="utf-8")
    return path


def test_a_processor_is_named_with_its_instruction_sets(tmp_path: Path) -> None:
    """Both those that it has and those that it lacks, because both explain figures."""
    new = write_cpuinfo(tmp_path, "avx2 avx512f avx512_vnni avx512_bf16", 2)
    assert describe_processor(new) == "Example 3000, 2 cores, with AVX2, AVX-512, VNNI and BF16, without AMX"
    old = write_cpuinfo(tmp_path, "avx avx2", 1)
    assert describe_processor(old) == "Example 3000, 1 core, with AVX2, without AVX-512, VNNI, BF16 and AMX"
    unknown = tmp_path / "cpuinfo"
    unknown.write_text("", encoding="utf-8")
    assert describe_processor(unknown).startswith("unknown processor, 0 cores, without AVX2")


def test_every_program_that_writes_a_part_names_the_processor() -> None:
    """Its template begins with the line that ``format_origin`` writes, and it has the option ``--page``."""
    programs = {path: path.read_text(encoding="utf-8") for path in (ROOT / "benchmarks" / "speed").glob("*.py")}
    writers = [text for text in programs.values() if "    write_section(" in text]
    assert len(writers) > 8
    for text in writers:
        assert text.count('SECTION = """## ') == text.count("\n\n{origin}\n\n")
        assert "@page_option" in text


def test_the_origin_is_a_line_with_the_command() -> None:
    """So that a reader can measure again."""
    line = format_origin("python -m benchmarks.speed.serving ../shared/data")
    assert line.startswith("*Written by `python -m benchmarks.speed.serving ../shared/data` on ")
    assert line.endswith("; do not edit by hand.*") and "\n" not in line

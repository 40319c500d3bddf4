"""What is in the distributions: all of the program below one name, and nothing of the tests."""

import ast
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from qa.doctor.requirements import read_requirements

ROOT = Path(__file__).parents[2]
OURS = {"index", "qa", "serve"}
CHECKOUT_COMMAND = re.compile(r"python -m (index|qa)\b(?!\.(reader|netsphere))|\bserve\.py\b|-r requirements\.txt")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def contents(wheel: Path) -> dict[str, bytes]:
    """Every file of the wheel."""
    with ZipFile(wheel) as file:
        return {name: file.read(name) for name in file.namelist()}


def tracked() -> list[str]:
    """The files of the program in the checkout, those that a folder named ``build`` holds among them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "index", "qa", "serve.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


def place(name: str) -> str:
    """Where a file of the checkout is in the wheel."""
    return f"netsphere/{name.removeprefix('qa/netsphere/')}"


def test_only_one_name_is_taken_in_site_packages(contents: dict[str, bytes]) -> None:
    """Neither ``index`` nor ``qa`` nor ``serve``, which a user's own modules may be called."""
    assert {name.split("/")[0].removesuffix(".dist-info").split("-")[0] for name in contents} == {"netsphere"}


def test_every_file_of_the_program_is_in_the_wheel(contents: dict[str, bytes]) -> None:
    """Modules, templates, static files, weights, calibrations and languages; those of ``index/build`` too."""
    files = tracked()
    assert "index/build/pipeline.py" in files
    assert [name for name in files if place(name) not in contents] == []
    ours = {name for name in contents if ".dist-info/" not in name}
    assert ours - {place(name) for name in files} == set()


def test_type_checkers_take_the_types(contents: dict[str, bytes]) -> None:
    """The mark of PEP 561 is in the package that users import from, not only below it."""
    assert "netsphere/py.typed" in contents


def test_data_is_not_changed(contents: dict[str, bytes]) -> None:
    """Byte by byte, apart from a template that names a command."""
    data = [name for name in tracked() if not name.endswith(".py")]
    changed = [name for name in data if contents[place(name)] != (ROOT / name).read_bytes()]
    assert [name for name in changed if "/templates/" not in name] == []


def imports(module: ast.Module) -> Iterator[str]:
    """The first name of every import."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).split(".")[0]


def test_every_module_imports_what_is_in_the_wheel(contents: dict[str, bytes]) -> None:
    """No import, and no name of a module in a string, is that of the checkout."""
    modules = {name: body.decode() for name, body in contents.items() if name.endswith(".py")}
    assert [name for name, text in modules.items() if OURS & set(imports(ast.parse(text)))] == []
    named = {name: re.findall(r"[\"'](?:qa|index)\.[a-z_]+\.?[\w.]*[\"']", text) for name, text in modules.items()}
    # A file of FAISS, and the name by which the command tells a checkout.
    harmless = {'"index.faiss"', '"qa.netsphere"'}
    assert {name: found for name, found in named.items() if set(found) - harmless} == {}


def test_messages_name_commands_that_an_installation_has(contents: dict[str, bytes]) -> None:
    """``netsphere build`` instead of ``python -m index build``."""
    texts = {name: body.decode() for name, body in contents.items() if name.endswith((".py", ".html"))}
    found = {name: [m[0] for m in CHECKOUT_COMMAND.finditer(text)] for name, text in texts.items()}
    assert {name: commands for name, commands in found.items() if commands} == {}
    assert b'return f"netsphere build {' in contents["netsphere/index/commands.py"]
    assert b"netsphere build FOLDER" in contents["netsphere/qa/web/pages/templates/ask.html"]


def test_the_requirements_are_those_of_the_files(contents: dict[str, bytes]) -> None:
    """``requirements.txt`` is the one list: its first part for everybody, with pip, and each other part an extra."""
    (metadata,) = (body.decode() for name, body in contents.items() if name.endswith("/METADATA"))
    stated: dict[str, set[str]] = {}
    for line in re.findall(r"^Requires-Dist: (.*)$", metadata, re.MULTILINE):
        requirement, _, marker = line.partition(";")
        stated.setdefault(marker.partition('"')[2].rstrip('"'), set()).add(requirement.strip())
    sections = {name: set(lines) for name, lines in read_requirements(ROOT / "requirements.txt").items()}
    sections[""].add("pip")
    everything = set().union(*(lines for name, lines in sections.items() if name))
    training = sections["models"] | set(read_requirements(ROOT / "benchmarks" / "requirements.txt")[""])
    own = ("mcp", "milvus", "parquet", "ray", "telemetry")
    optional = {name: set(read_requirements(ROOT / f"requirements-{name}.txt")[""]) for name in own}
    assert stated == sections | optional | {"all": everything, "train": training}
    assert set(read_requirements(ROOT / "requirements-serve.txt")[""]) < sections[""]
    assert not any(re.match("torch|transformers|sentence-|gt-", line) for line in sections[""])


def test_the_source_distribution_has_what_the_wheel_is_built_from(sdist: Path) -> None:
    """The wheel of these tests is built from it; the licence and the notice are in it."""
    with tarfile.open(sdist) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    assert names >= {*tracked(), "setup.py", "pyproject.toml", "requirements.txt", "LICENSE", "NOTICE", "README.md"}

"""The rules of the house that neither ruff nor mypy knows: what may import what, how long a thing may be."""

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.library_homes import EVERYWHERE, HOMES

ROOT = Path(__file__).parents[1]
MODULES = [*sorted(ROOT.glob("index/**/*.py")), *sorted(ROOT.glob("qa/**/*.py")), ROOT / "serve.py"]
BENCHMARKS, TESTS = (sorted(ROOT.glob(f"{folder}/**/*.py")) for folder in ("benchmarks", "tests"))

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    line = getattr(node, "lineno", None)
    return path.relative_to(ROOT).as_posix() + (f":{line}" if line else "")


def dotted(path: Path) -> str:
    """``index/search/stores/__init__.py`` is ``index.search.stores``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below that can run: not what stands under ``if TYPE_CHECKING``."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")):
            yield child
            yield from running(child)


def imported(nodes: Iterator[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """Names that are imported, wherever it happens, ``from a import b`` as ``a`` and as ``a.b``."""
    for node in nodes:
        match node:
            case ast.Import():
                yield from ((alias.name, node) for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield from ((name, node) for name in (module, *(f"{module}.{alias.name}" for alias in node.names)))
            case ast.ImportFrom():
                pytest.fail(f"{ast.unparse(node)}: imports name their module in full")
            case ast.Call(func=ast.Name("import_module") | ast.Attribute(attr="import_module"), args=[ast.Constant(n)]):
                yield str(n), node


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


@cache
def code_lines(path: Path) -> frozenset[int]:
    """Lines of a module that hold code: neither blank nor only a comment."""
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    spans = [range(token.start[0], token.end[0] + 1) for token in tokens if token.type not in silent]
    return frozenset(line for span in spans for line in span)


def length(path: Path, function: Function) -> int:
    """Code lines of a function, its docstring not among them."""
    assert function.end_lineno
    lines = code_lines(path) & set(range(function.lineno, function.end_lineno + 1))
    if ast.get_docstring(function) is not None:
        lines -= set(range(function.body[0].lineno, (function.body[0].end_lineno or 0) + 1))
    return len(lines)


def undocumented(node: ast.Module | ast.ClassDef) -> Iterator[ast.AST]:
    """A module or class and what is public in it, where it has no docstring."""
    if ast.get_docstring(node) is None:
        yield node
    for child in node.body:
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from undocumented(child)
        elif isinstance(child, Function) and not child.name.startswith("_") and ast.get_docstring(child) is None:
            yield child


# What may import what


def test_index_never_imports_qa() -> None:
    """The offline half does not know the online half, not even late or for a type."""
    offline = [path for path in MODULES if dotted(path).split(".")[0] == "index"]
    names = ((name, place(path, node)) for path in offline for name, node in imported(ast.walk(tree(path))))
    assert [where for name, where in names if name.split(".")[0] in {"qa", "serve"}] == []


def test_no_module_imports_itself_by_a_detour() -> None:
    """There is no import cycle, late imports included."""
    ours = {dotted(path) for path in MODULES}
    graph = {
        dotted(path): {name for name, _ in imported(running(tree(path)))} & ours - {dotted(path)} for path in MODULES
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize(("library", "home"), HOMES.items())
def test_a_heavy_library_has_one_home(library: str, home: str) -> None:
    """It is imported there and nowhere else, so that replacing it is the change of one place."""
    importers = {
        place(path) for path in MODULES for name, _ in imported(running(tree(path))) if name.split(".")[0] == library
    }
    assert importers, f"nothing imports {library} any more; take it out of HOMES and requirements.txt"
    folders = tuple(place for place in home.split() if place.endswith("/"))
    assert {importer for importer in importers if not importer.startswith(folders)} == set(home.split()) - {*folders}


def test_every_library_is_placed() -> None:
    """What is imported stands in HOMES, or is one of the few that may be used everywhere."""
    names = {name.split(".")[0] for path in MODULES for name, _ in imported(running(tree(path)))}
    assert names - sys.stdlib_module_names - {"index", "qa"} == HOMES.keys() | EVERYWHERE


def test_importing_the_halves_loads_nothing_heavy() -> None:
    """``import index, qa`` is quick: torch, FAISS and Flask come when they are used."""
    heavy = set("torch transformers sentence_transformers faiss flask mcp pydantic trafilatura pypdfium2".split())
    program = f"import sys, index, qa; print(*sorted(sys.modules.keys() & {heavy!r}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# Who may do what


def test_only_programs_read_the_environment() -> None:
    """Settings are resolved by ``serve.py`` and the ``__main__`` files; the rest gets them as arguments."""
    readers = {
        place(path)
        for path in MODULES
        for node in ast.walk(tree(path))
        if (
            isinstance(node, ast.Attribute)
            and node.attr in {"environ", "environb", "getenv"}
            # That of a WSGI request, which is another one.
            and ast.unparse(node) != "request.environ"
        )
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {a.name for a in node.names} & {"environ", "getenv"}
        )
    }
    # The last one tells a library what to compute with, whichever part of the program loads it first.
    assert [one for one in readers if not one.endswith(("serve.py", "__main__.py", "index/processors.py"))] == []


def test_only_programs_print() -> None:
    """What a library has to say it returns, raises or logs."""
    printers = [
        place(path, node)
        for path in MODULES
        if path.name not in {"__main__.py", "serve.py"}
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]
    assert printers == []


# How it is written


@pytest.mark.parametrize("path", [*MODULES, *BENCHMARKS], ids=place)
def test_a_program_that_is_started_by_its_name_exists(path: Path) -> None:
    """A module that moves is also moved in the commands that start it: ``"-m", "benchmarks.speed.baseline"``."""
    started = re.findall(r'"-m", "((?:index|qa|benchmarks)[\w.]*)"', path.read_text(encoding="utf-8"))
    places = [ROOT.joinpath(*name.split(".")) for name in started]
    assert [
        str(at) for at in places if not at.with_suffix(".py").is_file() and not (at / "__main__.py").is_file()
    ] == []


def test_everything_public_is_documented() -> None:
    """Modules, public classes and public functions say what they are; modules of tests say what they test."""
    missing = [place(path, node) for path in MODULES + BENCHMARKS for node in undocumented(tree(path))]
    assert missing + [place(path) for path in TESTS if ast.get_docstring(tree(path)) is None] == []


def test_a_sentence_stands_on_every_test() -> None:
    """It says what is true of the program while the test passes."""
    tests = [(path, function) for path in TESTS for function in functions(path) if function.name.startswith("test_")]
    assert [place(*test) for test in tests if not (ast.get_docstring(test[1]) or "").rstrip().endswith(".")] == []


def test_modules_are_short() -> None:
    """None is over 300 lines, and half of the program's are 120 at most."""
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES + BENCHMARKS + TESTS}
    assert [f"{place(path)} has {count} lines" for path, count in lines.items() if count > 300] == []
    assert median(lines[path] for path in MODULES) <= 120


def test_functions_are_short() -> None:
    """None is over 40 lines of code; half have 8 at most and nine in ten 25."""
    lengths = {(path, node): length(path, node) for path in MODULES + BENCHMARKS + TESTS for node in functions(path)}
    assert [f"{place(*function)} has {count}" for function, count in lengths.items() if count > 40] == []
    ours = [count for (path, _), count in lengths.items() if path in MODULES]
    assert median(ours) <= 8
    assert quantiles(ours, n=10)[-1] <= 25


def test_functions_take_five_arguments_at_most() -> None:
    """More of them are a dataclass that has no name yet; a command's are its flags."""
    greedy = [
        place(path, node)
        for path in MODULES + BENCHMARKS
        for node in functions(path)
        if len([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]) - _bound(node) > 5
    ]
    assert greedy == []


def _bound(function: Function) -> bool:
    return any(first.arg in {"self", "cls"} for first in (function.args.posonlyargs + function.args.args)[:1])


# What is beside the code


def test_the_readme_knows_the_makefile() -> None:
    """Every target with a help text stands in the README, and every target in the README exists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    code = re.findall(r"```.*?```|`[^`]+`", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    targets = set(re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE))
    told = set(re.findall(r"\bmake ([a-z]+)", "\n".join(code)))
    assert targets - told - {word.strip("`") for word in code} == set()
    assert told - targets == set()


def test_the_linter_keeps_what_is_not_tested_here() -> None:
    """Complexity is ruff's to count: ten at most, without an exception."""
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "C90" in lint["select"]
    assert lint["mccabe"]["max-complexity"] == 10
    assert [place(path) for path in MODULES if "noqa: C901" in path.read_text(encoding="utf-8")] == []

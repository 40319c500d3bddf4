"""Whether measured tables still speak of the program as it is."""

import ast
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
STAMP = re.compile("<!-- measured with the program .* -->")
BEGINNING = "qa/engine.py"
ROWS = ("qa/evaluation/ablation/rows.py", "qa/evaluation/ablation/baselines.py", "qa/evaluation/data/rewordings.py")
DATA = ("qa/answer/calibration.json", "qa/reader/shipped/body/model.bin", "qa/reader/shipped/heads.npz")


def fingerprint() -> str:
    """Hex digest of all code that an answer can depend on, docstrings and comments apart.

    That is what ``qa.engine`` imports, and what that imports, and the rows of the ablation.
    """
    digest = sha256()
    for path in sorted({*_reached(), *ROWS}):
        digest.update(f"{path}\0{_code(PACKAGE / path)}\0".encode())
    for name in DATA:
        digest.update((PACKAGE / name).read_bytes())
    return digest.hexdigest()[:16]


def stamp_line(program: str = "") -> str:
    """Return the line by which a document says with which program it was measured, by default this one."""
    return f"<!-- measured with the program {program or fingerprint()} -->"


def stamp_lines(programs: Iterable[str]) -> list[str]:
    """Return a stamp for each distinct program."""
    return [stamp_line(program) for program in dict.fromkeys(programs)]


def is_stale(document: Path) -> bool:
    """Return whether any part of a document was measured with another program than this one."""
    return {stamp_line()} != set(STAMP.findall(document.read_text(encoding="utf-8")))


def _reached() -> set[str]:
    found: set[str] = set()
    waiting = [BEGINNING]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imports(PACKAGE / path)
    return found


def _imports(path: Path) -> Iterator[str]:
    """The files of this program that a file imports, at its top or late."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [f"{node.module}.{a.name}" for a in node.names] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            yield from (str(p) for p in _files(name))


def _files(name: str) -> Iterator[Path]:
    place = Path(*name.split("."))
    if place.parts[0] in {"index", "qa"}:
        yield from (p for p in (place.with_suffix(".py"), place / "__init__.py") if (PACKAGE / p).is_file())


def _code(path: Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [line for line in node.body if not _is_text(line)] or [ast.Pass()]
    return ast.dump(tree)


def _is_text(line: ast.stmt) -> bool:
    """A docstring, or the text below a constant."""
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)

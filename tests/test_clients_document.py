"""``docs/clients.md``: its examples print what it says, and it names every method of the client."""

import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from qa.client import Client
from tests.conftest import ADMIN_KEY, serving
from tests.qa.client.test_contract import list_methods
from tests.test_house import ROOT

# Before the framework is imported.
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"

TEXT = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```(python|javascript)\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)


@pytest.fixture(scope="module")
def address(seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over a copy of the seed's index, which an example writes to."""
    index = shutil.copytree(seed_index, tmp_path_factory.mktemp("clients") / "index")
    with serving(index) as address:
        yield address


def list_examples(address: str, language: str) -> list[tuple[str, str]]:
    """Return the programs of a language for a server at the address, and what each of them prints."""
    found = [(program, printed) for kind, program, printed in EXAMPLE.findall(TEXT) if kind == language]
    return [(p.replace("http://127.0.0.1:8000", address).replace('"KEY"', f'"{ADMIN_KEY}"'), out) for p, out in found]


@pytest.mark.slow
def test_the_python_examples_print_what_is_shown(address: str) -> None:
    """One after the other, as in one session."""
    names: dict[str, Any] = {}
    for program, printed in list_examples(address, "python"):
        output = io.StringIO()
        with redirect_stdout(output):
            exec(compile(program, "docs/clients.md", "exec"), names)  # noqa: S102 — our own document
        assert output.getvalue() == printed, program
    for name in ("client", "patient"):
        names[name].close()


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_the_javascript_example_prints_what_is_shown(address: str) -> None:
    """In Node, from the folder that its import is relative to."""
    for program, printed in list_examples(address, "javascript"):
        program = program.replace("./qa/", f"{ROOT.as_uri()}/qa/")
        command = ["node", "--input-type=module", "--eval", program]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert (done.stdout, done.stderr) == (printed, "")


def test_it_names_every_method() -> None:
    """Of the Python client, so that the list is the whole of it."""
    assert [name for name in sorted(list_methods(Client)) if f"`{name}`" not in TEXT and f".{name}(" not in TEXT] == []

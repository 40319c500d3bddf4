"""docs/mcp.md shows what the tools really return, and configurations that start them; server.json is valid."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from skillsaw.formats.mcp_registry import load_mcp_registry_schema, mcp_registry_schema_version

from index import __version__
from qa.__main__ import main
from qa.mcp.library import LIBRARY
from qa.mcp.tools import TOOLS
from tests.conftest import SEEDS
from tests.qa.mcp.conftest import run_client, start_stdio
from tests.test_requirements import requirements

ROOT = SEEDS.parent
PAGE = ROOT / "docs" / "mcp.md"
CALL = re.compile(r"(<!-- call: (\w+) ([^\n]*) -->\n```json\n)(.*?)(```\n)", re.DOTALL)
CONFIGURATION = re.compile(r"<!-- configuration -->\n```json\n(.*?)```\n", re.DOTALL)
PROBABILITY = re.compile(r"\b0\.\d+")


def shorten(result: Any) -> str:  # noqa: ANN401 — of the library
    """What the page shows of a result: its text, with lines that a reader can read."""
    text = result.content[0].text
    if result.is_error:
        return f"{json.dumps(text)}\n"
    return f"{json.dumps(json.loads(text), indent=2, ensure_ascii=False)}\n"


def test_the_page_shows_what_is_returned(seed_index: Path, request: pytest.FixtureRequest) -> None:
    """Word for word; probabilities within a twentieth, for processors round differently."""
    text = PAGE.read_text(encoding="utf-8")
    calls = [(name, json.loads(arguments)) for _, name, arguments, _, _ in CALL.findall(text)]

    async def work(client: Any) -> list[str]:  # noqa: ANN401 — of the library
        return [shorten(await client.call_tool(name, arguments)) for name, arguments in calls]

    returned = run_client(start_stdio(seed_index), "auto", work)
    rest = iter(returned)
    real = CALL.sub(lambda match: match[1] + next(rest) + match[5], text)
    if request.config.getoption("--write"):
        PAGE.write_text(real, encoding="utf-8")
        return
    assert PROBABILITY.sub("#", text) == PROBABILITY.sub("#", real)
    shown, measured = (list(map(float, PROBABILITY.findall(one))) for one in (text, real))
    assert shown == pytest.approx(measured, abs=0.05)


def test_the_page_names_every_tool() -> None:
    """In its table."""
    table = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert table == [tool.name for tool in TOOLS]


def test_the_configurations_are_json_and_start_a_command_that_exists() -> None:
    """With options that it has, or lead to the route."""
    options = {option for parameter in main.commands["mcp"].params for option in parameter.opts}
    for block in CONFIGURATION.findall(PAGE.read_text(encoding="utf-8")):
        configuration = json.loads(block)
        for server in (configuration.get("servers") or configuration["mcpServers"]).values():
            if "url" in server:
                assert (server["type"], server["url"]) == ("http", "http://127.0.0.1:8000/mcp")
                continue
            assert server["args"][:3] == ["-m", "qa", "mcp"]
            assert {one for one in server["args"] if one.startswith("--")} <= options


def test_the_library_is_the_one_that_is_tested() -> None:
    """The version in the error, in the page and in the requirements is the same."""
    pins = [line.split("#")[0].strip() for line in requirements("requirements-mcp.txt")]
    assert LIBRARY in pins
    assert f"pip install {LIBRARY}\n" in PAGE.read_text(encoding="utf-8")


def test_the_registry_accepts_the_description_of_the_server() -> None:
    """By its schema; versions and options are those of the program, and the README has the name of the server."""
    server = json.loads((ROOT / "docs" / "server.json").read_text(encoding="utf-8"))
    schema = load_mcp_registry_schema(mcp_registry_schema_version(server["$schema"]))
    jsonschema.validate(server, schema, format_checker=jsonschema.FormatChecker())
    package = server["packages"][0]
    assert {server["version"], package["version"]} == {__version__}
    assert package["runtimeArguments"][0]["value"] == f"netsphere[mcp]=={__version__}"
    subcommand, *flags = package["packageArguments"]
    options = {option for parameter in main.commands[subcommand["value"]].params for option in parameter.opts}
    assert {flag["name"] for flag in flags} <= options
    assert f"<!-- mcp-name: {server['name']} -->" in (ROOT / "README.md").read_text(encoding="utf-8")

"""docs/security.md names tests that exist, and settings, scopes and routes that are so."""

import re
from collections import Counter

from index.settings import SETTINGS
from qa.web.access.keys import Scope
from qa.web.routes import ROUTES
from tests.test_house import ROOT, TESTS, functions

DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ATTACKS = re.findall(r"^\| (?!attack \|)[^|]*\|[^|]*\|([^|]*)\|$", DOCUMENT, re.MULTILINE)


def test_every_attack_has_tests_that_exist() -> None:
    """Each by a name that no other test has, so that it can be found."""
    tests = Counter(function.name for path in TESTS for function in functions(path))
    named = [re.findall(r"`(test_\w+)`", cell) for cell in ATTACKS if cell.strip("- ")]
    assert len(named) > 30
    assert all(named)
    assert {name: tests[name] for names in named for name in names if tests[name] != 1} == {}


def test_its_settings_and_scopes_are_those_of_the_program() -> None:
    """Every flag, and every scope with what it allows."""
    flags = {flag.replace("-", "_") for flag in re.findall(r"--([a-z][a-z-]+)", DOCUMENT)}
    assert flags - SETTINGS.keys() == {"scope", "days", "collection"}
    words = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", DOCUMENT))
    assert {word for word in words if not word.startswith("test_")} < SETTINGS.keys()
    assert re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE) == [scope.value for scope in Scope]


def test_it_names_every_route_that_needs_no_key() -> None:
    """With the form for signing in and the files of the pages in words."""
    sentence = re.search(r"`/healthz`,.*?need no key", DOCUMENT, re.DOTALL)
    assert sentence
    known = set(re.findall(r"`(/[^`]*)`", sentence[0])) | {"/sign-in", "/sign-out", "/static/<path:name>"}
    assert known == {route.path for route in ROUTES if route.scope is None}

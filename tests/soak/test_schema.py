"""The API document is true of a real server: no 5xx, and nothing that the document does not describe."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from qa.web.errors.problems import Code
from qa.web.openapi import PATH_PARAMETER
from qa.web.requests.models import NoQuery
from qa.web.requests.parsing import FORM
from qa.web.routes import ROUTES, Route
from tests.conftest import ADMIN_KEY, serving
from tests.qa.web.helpers import is_short_when_trimmed

# What a good request can be refused for, because the document cannot know it: what is indexed, how busy the server is.
UNFORESEEN = {
    Code.DOCUMENT_NOT_FOUND, Code.MODEL_NOT_FOUND, Code.ROUTE_NOT_FOUND, Code.UNKNOWN_COLLECTION, Code.UNKNOWN_DOCUMENT,
    Code.UNKNOWN_PASSAGE, Code.DEADLINE_EXCEEDED,
}  # fmt: skip
CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            # The server says with 503 that it is too busy, or that the deadline of the request has passed.
            "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
            # A URL that is too long is refused before it is read.
            "negative_data_rejection": {"expected-statuses": ["4xx", "503"]},
        }
    }
)
# A request that has only a path fits the document whatever it is, and schemathesis makes no form of a string.
CASES = [
    pytest.param(route, mode, id=f"{route.name}-{mode.value}")
    for route in ROUTES
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if (mode is GenerationMode.POSITIVE or route.query is not NoQuery or route.body or route.other_bodies)
    and FORM not in route.other_bodies
]
# Parameters of an address that may be repeated.
LISTS = ("document", "folder", "tag", "language", "format", "author", "facets")

# Of all tests of this file, for the long form.
RESPONSES: Counter[int] = Counter()


@schemathesis.serializer("application/pdf", "application/x-ndjson", "*/*")
def serialize_text(_: object, value: object) -> bytes:
    """Send a text as it is."""
    return str(value).encode()


@pytest.fixture(scope="module")
def schema(seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    """The document of a server over a copy of the seed's index, which is written to."""
    load_all_checks()
    copy = shutil.copytree(seed_index, tmp_path_factory.mktemp("schema") / "index")
    with serving(copy) as address:
        yield schemathesis.openapi.from_url(f"{address}/openapi.json", config=CONFIG)
        click.echo(f"\nresponses of each status: {sorted(RESPONSES.items())}, {RESPONSES.total():,} together")


def has_lone_value(query: object) -> bool:
    """Return whether a text is in the place of a list in a query: in an address it looks like a list of one."""
    return isinstance(query, Mapping) and any(isinstance(query.get(name), str) for name in LISTS)


@pytest.mark.slow
@pytest.mark.parametrize(("route", "mode"), CASES)
def test_every_response_is_described(
    schema: schemathesis.BaseSchema, route: Route, mode: GenerationMode, soak: bool
) -> None:
    """Whatever is sent that fits the document, or does not; the long form sends 10,000 requests."""
    operation = schema[PATH_PARAMETER.sub(r"{\1}", route.path)][route.method]
    # The key is right, so that what follows is tested, too.
    names = {"ignored_auth"}
    if UNFORESEEN & {*route.problems}:
        names.add("positive_data_acceptance")
    if route.other_bodies:  # their texts have formats that the document does not describe
        names |= {"positive_data_acceptance", "negative_data_rejection"}

    @settings(max_examples=10_000 // len(CASES) + 1 if soak else 3, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(mode))
    def check(case: schemathesis.Case) -> None:
        is_sound = is_short_when_trimmed([case.body, case.query]) or has_lone_value(case.query)
        sound = {"negative_data_rejection"} if is_sound else set[str]()
        excluded = [CHECKS.get_one(name) for name in names | sound]
        response = case.call_and_validate(excluded_checks=excluded, headers={"Authorization": f"Bearer {ADMIN_KEY}"})
        RESPONSES[response.status_code] += 1

    check()

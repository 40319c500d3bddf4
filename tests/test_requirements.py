"""What is installed is what was tested, and nothing that is imported is left to chance."""

import re
from importlib.metadata import distributions, packages_distributions, version

import pytest

from tests.library_homes import EVERYWHERE, HOMES
from tests.test_house import ROOT

PINNED = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.]+)(?P<marker>; [^#]+?)?(?P<reason>\s+# \S.*)?")
# What one setting or one command needs.
OPTIONAL = tuple(f"requirements-{name}.txt" for name in ("mcp", "milvus", "parquet", "telemetry"))
# What is installed beside, where it is tested.
BESIDE = "requirements-ray.txt"
LOCKED = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[\w.]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(?= |$)")


def requirements(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith(("#", "-r "))]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-serve.txt", "requirements-dev.txt", *OPTIONAL])
def test_every_requirement_is_pinned_and_installed(name: str) -> None:
    """Exactly, so that a fresh machine gets what was tested; what runs it has its reason beside it."""
    pins = {line: PINNED.fullmatch(line) for line in requirements(name)}
    assert [line for line, pin in pins.items() if not pin or not (pin["reason"] or "dev" in name)] == []
    found = [(pin["name"], pin["version"], version(pin["name"]).split("+")[0]) for pin in pins.values() if pin]
    assert [one for one in found if one[1] != one[2]] == []


def test_what_is_installed_beside_is_pinned() -> None:
    """With a reason for each; what is installed anyway has the same version there."""
    pins = [PINNED.fullmatch(line) for line in requirements(BESIDE)]
    assert all(pin and pin["reason"] for pin in pins)
    locked = read_lock("requirements-dev.lock")
    both = {pin["name"]: pin["version"] for pin in pins if pin and pin["name"] in locked}
    assert both == {"pyarrow": locked["pyarrow"][0]}


@pytest.mark.parametrize(
    ("lock", "names"),
    [
        ("requirements.lock", ["requirements.txt", "requirements-serve.txt"]),
        (
            "requirements-dev.lock",
            ["requirements.txt", *OPTIONAL, "requirements-dev.txt", "benchmarks/requirements.txt"],
        ),
    ],
)
def test_the_lock_has_every_requirement_with_its_hashes(lock: str, names: list[str]) -> None:
    """``make lock`` writes it; `make LOCKED=1` installs nothing but files of these hashes."""
    locked = read_lock(lock)
    assert [name for name, (_, hashes) in locked.items() if not hashes] == []
    pins = [PINNED.fullmatch(line) for name in names for line in requirements(name)]
    stated = {normalize(pin["name"]): pin["version"] for pin in pins if pin}
    assert {name: version for name, version in stated.items() if locked.get(name, ("",))[0] != version} == {}


def test_what_is_installed_is_what_is_locked() -> None:
    """With everything that the requirements bring along: nothing was tested in another version."""
    installed = {normalize(one.metadata["Name"]): one.version.split("+")[0] for one in distributions()}
    locked = {name: version for name, (version, _) in read_lock("requirements-dev.lock").items()}
    assert {name: installed.get(name) for name in locked} == locked


def read_lock(name: str) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes of each package."""
    entries = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    found = [LOCKED.match(entry) for entry in entries]
    return {one["name"]: (one["version"], HASH.findall(one.string)) for one in found if one}


def normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_library_is_required() -> None:
    """What is imported is pinned here, not left to what another package happens to bring."""
    exactly_as_another_says = {"pydantic_core"}
    owners = packages_distributions()
    pinned = [line for name in ("requirements.txt", *OPTIONAL) for line in requirements(name)]
    # Installed by whoever asks a server by it; here for the tests.
    for_callers = {"haystack", "langchain_core", "llama_index"}
    assert {"haystack-ai", "langchain-core", "llama-index-core"} <= {
        line.split("==")[0] for line in requirements("requirements-dev.txt")
    }
    assert "ray" in {line.split("==")[0] for line in requirements(BESIDE)}
    named = {re.split("==", line)[0].lower().replace("_", "-") for line in pinned}
    needed = (HOMES.keys() | EVERYWHERE) - exactly_as_another_says - for_callers - {"ray"}
    assert [n for n in needed if not {owner.lower().replace("_", "-") for owner in owners[n]} & named] == []


def test_what_serves_is_a_part_of_what_runs() -> None:
    """The same pins, so that an index is served by the libraries that it was built with."""
    assert set(requirements("requirements-serve.txt")) < set(requirements("requirements.txt"))

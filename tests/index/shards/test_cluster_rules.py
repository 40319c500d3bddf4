"""What a Ray cluster is asked for, with a double of Ray, so that it is tested where Ray is not installed."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from index.errors import ModelError, UsageError
from index.progress import Silent
from index.shards.bulk import export_index
from index.shards.embed import EmbeddingRun
from index.shards.ray_cluster import Cluster, _embed_bytes, _Results, embed_on_cluster
from index.shards.surroundings import Surroundings
from tests.doubles import WordEncoder
from tests.index.shards.helpers import build, write_texts


class OneMachineRay:
    """Runs a task when it is waited for, and remembers how many waited at once."""

    def __init__(self, processors: list[int]) -> None:
        self._processors, self._tasks = processors, dict[int, Callable[[], bytes]]()
        self.most, self.given = 0, dict[str, Any]()

    def put(self, value: object) -> object:
        return value

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": float(self._processors.pop(0) if self._processors[1:] else self._processors[0])}

    def remote(self, function: Callable[..., bytes]) -> Any:  # noqa: ANN401 — as Ray, whatever is needed of it
        ray = self

        class Task:
            def options(self, **given: Any) -> "Task":  # noqa: ANN401
                ray.given = given
                return self

            def remote(self, *arguments: object) -> int:
                ray._tasks[len(ray._tasks)] = lambda: function(*arguments)
                return len(ray._tasks) - 1

        return Task()

    def wait(self, tasks: Sequence[int], num_returns: int, timeout: float) -> tuple[list[int], list[int]]:
        self.most = max(self.most, len(tasks))
        return list(tasks[:num_returns]), list(tasks[num_returns:])

    def get(self, task: int) -> bytes:
        return self._tasks[task]()

    class exceptions:  # noqa: N801 — as in Ray
        class RayError(Exception):
            pass

        class RayTaskError(RayError):
            pass


@pytest.fixture
def run(tmp_path: Path) -> EmbeddingRun:
    """Five shards, none of which is embedded."""
    build(write_texts(tmp_path / "texts"), tmp_path / "index")
    plan = export_index(tmp_path / "index", tmp_path / "shards", 5, Silent())
    for number in range(5):
        plan.get_unit_path(tmp_path / "shards", number).unlink()
    return EmbeddingRun(tmp_path / "shards", plan, Surroundings.read(tmp_path / "shards").projection, WordEncoder)


@pytest.mark.parametrize(("processors", "most"), [([4], 3), ([1], 1), ([3, 2], 2), ([99], 5)])
def test_one_processor_stays_free(run: EmbeddingRun, processors: list[int], most: int) -> None:
    """Of those that the cluster has at that moment; on one that has a single one, a task runs all the same."""
    ray = OneMachineRay(processors)
    results = _Results(ray, run, run.list_missing())
    found = {}
    while results.is_waiting:
        found.update(results.take())
    assert sorted(found) == list(range(5))
    assert ray.most == most
    assert ray.given["num_cpus"] == 1
    assert ray.given["max_retries"] > 0


def test_a_node_with_another_version_is_named(run: EmbeddingRun) -> None:
    """Before it embeds anything, for its passages may be others."""
    documents = run.get_paths(0)[0].read_bytes()
    with pytest.raises(ModelError, match=r"a node has Netsphere .*, not 0\.0\.0; install the same one"):
        _embed_bytes(documents, run.make_job(0), WordEncoder, "0.0.0")


@pytest.mark.parametrize("package", ["ray", "pyarrow"])
def test_a_package_that_is_missing_is_named(run: EmbeddingRun, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """With the file that says what to install."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        UsageError, match=rf"the package {package}, which is not installed: pip install -r requirements-"
    ):
        embed_on_cluster(run, Cluster("auto"), Silent())

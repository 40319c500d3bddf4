"""Embedding on a Ray cluster, of two nodes on this machine; left out where Ray is not installed (`make test-ray`)."""

import os
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from index.errors import ModelError, ShardError, UsageError
from index.progress import Silent
from index.settings import IndexSettings
from index.shards.bulk import EmbeddingReport, embed_with
from index.shards.embed import LoadEncoder
from index.shards.prepare import ShardingRequest
from index.shards.ray_cluster import Cluster
from index.types import Embeddings
from tests.doubles import WordEncoder
from tests.index.shards.helpers import KilledEncoder, OtherEncoder, embed, read_files, write_texts

pytest.importorskip("ray")
pytestmark = [
    pytest.mark.slow,
    # Ray leaves pipes and files to the collector of garbage.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray", "ignore::DeprecationWarning:ray"),
]
ROOT = Path(__file__).parents[3]


class WaitingEncoder(WordEncoder):
    """Never gives a result."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        time.sleep(3600)
        raise AssertionError


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of two nodes, each with one processor and processes of its own."""
    from ray.cluster_utils import Cluster as RayCluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", "")))))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        cluster = RayCluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
        cluster.add_node(num_cpus=1)
        yield cluster.address
        cluster.shutdown()


def embed_on(
    address: str, source: Path, shards: Path, load: LoadEncoder = WordEncoder, timeout_s: float = 60
) -> EmbeddingReport:
    request = ShardingRequest(source, shards, IndexSettings(), 3)
    return embed_with(load, request, Cluster(address, timeout_s), Silent())


def test_a_cluster_makes_the_files_of_one_machine(tmp_path: Path, address: str) -> None:
    """Byte by byte; what is done is not made again."""
    source = write_texts(tmp_path / "texts")
    embed(source, tmp_path / "local")
    assert embed_on(address, source, tmp_path / "cluster").embedded == 3
    assert read_files(tmp_path / "cluster") == read_files(tmp_path / "local")
    assert embed_on(address, source, tmp_path / "cluster").embedded == 0


def test_a_shard_that_is_lost_with_its_process_is_embedded_again(tmp_path: Path, address: str) -> None:
    """By Ray itself, without an error; benchmarks/ray_cluster.py kills a whole node."""
    source, load = write_texts(tmp_path / "texts"), partial(KilledEncoder, tmp_path / "marker", is_once=True)
    embed(source, tmp_path / "local")
    embed_on(address, source, tmp_path / "cluster", load)
    assert (tmp_path / "marker").exists()
    assert read_files(tmp_path / "cluster") == read_files(tmp_path / "local")


def test_a_cluster_that_gives_no_result_ends_the_run(tmp_path: Path, address: str) -> None:
    """After the timeout, with what to look at; Ray itself would wait for ever."""
    source = write_texts(tmp_path / "texts")
    with pytest.raises(ShardError, match=r"no shard within 2 seconds; 2 of 2 nodes are alive: see with `ray status`"):
        embed_on(address, source, tmp_path / "shards", WaitingEncoder, timeout_s=2)


def test_a_node_with_another_model_ends_the_run(tmp_path: Path, address: str) -> None:
    """Its error is that of the node, in one sentence."""
    with pytest.raises(ModelError, match=r"the model words is here another one .* install the same one"):
        embed_on(address, write_texts(tmp_path / "texts"), tmp_path / "shards", OtherEncoder)


def test_an_address_where_no_cluster_answers_is_a_wrong_call(tmp_path: Path) -> None:
    """The error says how to start one."""
    with pytest.raises(UsageError, match=r"invalid value '127\.0\.0\.1:1' for --ray: no cluster answers there"):
        embed_on("127.0.0.1:1", write_texts(tmp_path / "texts"), tmp_path / "shards")

"""The peers that answer beside us under load: those of the comparison that search like us, each behind a small server.

They run in environments of their own (``benchmarks/comparison/environments.py``), with the adapters and versions of
the comparison.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from shutil import rmtree

from benchmarks.comparison.environments import make_environment
from benchmarks.comparison.peers import PEERS as COMPARED
from benchmarks.comparison.peers import Environment, Peer
from benchmarks.comparison.questions import Collection
from benchmarks.comparison.run import VARIABLES, build_index
from benchmarks.speed.servers import run_server
from index.generation.documents import Documents
from index.types import Document

ENVIRONMENTS, FOLDER = Path("var/comparison/environments"), Path("var/serving/peers")
SCRIPT = "benchmarks/speed/peer_server.py"
TXTAI, BM25S = "`txtai`, hybrid", "`bm25s`"
PEERS = {
    TXTAI: next(peer for peer in COMPARED if (peer.adapter, peer.way) == ("txtai", "hybrid")),
    BM25S: Peer("bm25s", "bm25s", Environment("bm25s", ["bm25s==0.3.16", "PyStemmer==3.1.0"])),
}
# A server that answers one question at a time may use all processors for it.
SERVED = {name: value for name, value in VARIABLES.items() if name != "OMP_NUM_THREADS"}


def prepare_peer(title: str, documents: Documents) -> Callable[[], AbstractContextManager[str]]:
    """Install a peer, let it index the documents' texts, and return what starts its server. Raise CannotRun."""
    peer = PEERS[title]
    python = make_environment(peer.environment, ENVIRONMENTS / peer.environment.name)
    texts, index = FOLDER / "texts", FOLDER / peer.adapter
    written = [Document(name, text) for name, text in zip(documents.ids, documents.texts, strict=True)]
    Collection("stories", written, ()).write_texts(texts)
    rmtree(index, ignore_errors=True)
    build_index(peer, python, texts, index)
    arguments = SCRIPT, peer.adapter, str(texts.resolve()), str(index.resolve()), peer.way
    return partial(run_server, *arguments, python=python, **SERVED)

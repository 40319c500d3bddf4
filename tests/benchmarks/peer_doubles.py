"""Doubles of the peers: the part of each one's interface that its adapter uses, over the first text."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

QUOTE = "The film is directed by Hiroyuki Seshita."
TEXTS = {"blame.txt": f"{QUOTE} It was released in 2017.", "Other Notes.md": "# Rules\n\nThe pool opens at nine."}


class Table:
    """Keeps rows by the file that they are saved to, as a database would."""

    saved: dict[str, list] = {}  # noqa: RUF012


def _fake_txtai() -> dict[str, ModuleType]:
    class Embeddings:
        def __init__(self, path: str = "", content: bool = False, hybrid: bool = False) -> None:
            self.hybrid = hybrid

        def index(self, rows: list) -> None:
            self.rows = rows

        def save(self, path: str) -> None:
            Table.saved[path] = self.rows

        def load(self, path: str) -> None:
            self.rows = Table.saved[path]

        def search(self, query: str, limit: int, parameters: dict[str, str]) -> list[dict[str, object]]:
            assert ":question" in query  # never the question itself, which txtai would run as SQL
            assert parameters["question"]
            return [{"id": row, "text": text, "score": 0.5} for row, text in self.rows if row.startswith("blame")][
                :limit
            ]

    return {"txtai": _module("txtai", Embeddings=Embeddings)}


def _fake_sift() -> dict[str, ModuleType]:
    calls: list[list[str]] = []

    class Index:
        models = SimpleNamespace(embedder=lambda: None, reranker=lambda: None)

        def load(self) -> None:
            assert ["embed"] in calls

        def vsearch(self, question: str, k: int, all_passages: bool) -> list[dict[str, object]]:
            assert all_passages
            return [{"id": "texts/blame.txt", "text": TEXTS["blame.txt"], "score": 0.5}]

    cli = _module("sift.cli", main=calls.append)
    return {"sift": _module("sift"), "sift.cli": cli, "sift.search": _module("sift.search", Index=Index)}


def _fake_haiku() -> dict[str, ModuleType]:
    class HaikuRAG:
        def __init__(self, path: Path, config: dict[str, dict], create: bool) -> None:
            assert config["embeddings"]["model"]["provider"] == "sentence-transformers"

        async def __aenter__(self) -> "HaikuRAG":
            return self

        async def __aexit__(self, *error: object) -> None:
            pass

        async def create_document(self, content: str, uri: str, format: str) -> None:
            Table.saved.setdefault("haiku", []).append((uri, content))

        async def search(self, question: str, limit: int) -> list[SimpleNamespace]:
            rows = sorted(Table.saved["haiku"], key=lambda row: "blame" not in row[0])
            return [SimpleNamespace(document_uri=uri, content=text, score=0.5) for uri, text in rows[:limit]]

    config = _module("haiku.rag.config", AppConfig=SimpleNamespace(model_validate=lambda fields: fields))
    client = _module("haiku.rag.client", HaikuRAG=HaikuRAG)
    return {
        "haiku": _module("haiku"),
        "haiku.rag": _module("haiku.rag"),
        config.__name__: config,
        client.__name__: client,
    }


def _fake_verbatim() -> dict[str, ModuleType]:
    class VerbatimIndex:
        def __init__(self, **parts: object) -> None:
            assert set(parts) == {"vector_store", "dense_provider", "chunker_provider"}

        def add_documents(self, documents: list[SimpleNamespace]) -> None:
            Table.saved["verbatim"] = documents

        def query(self, question: str, k: int) -> list[SimpleNamespace]:
            found = [one for one in Table.saved["verbatim"] if one.source == "blame.txt"]
            return [SimpleNamespace(metadata={"source": one.source}, text=one.content, score=0.5) for one in found]

    def some(*arguments: object, **options: object) -> None: ...

    modules = {
        "verbatim_rag": {},
        "verbatim_rag.document": {"DocumentType": SimpleNamespace(MARKDOWN="md")},
        "verbatim_rag.schema": {"DocumentSchema": SimpleNamespace},
        "verbatim_rag.chunker_providers": {"MarkdownChunkerProvider": some},
        "verbatim_rag.embedding_providers": {"SentenceTransformersProvider": some},
        "verbatim_rag.index": {"VerbatimIndex": VerbatimIndex},
        "verbatim_rag.vector_stores": {"LocalMilvusStore": some},
    }
    return {name: _module(name, **members) for name, members in modules.items()}


def _fake_cairn_assistant() -> dict[str, ModuleType]:
    def build_and_write(corpus: str, index: str) -> None:
        first = (Path(corpus) / "d-blame.txt.md").read_text(encoding="utf-8")
        assert first.startswith("---\nid: d-blame.txt\ntitle: blame\nlang: en\n---\n")
        assert (Path(corpus) / "d-Other-Notes.md.md").is_file()

    def ask(question: str, index: object, config: object, lang: str) -> SimpleNamespace:
        passage = SimpleNamespace(doc_id="d-blame.txt", text=TEXTS["blame.txt"])
        trace = SimpleNamespace(candidates=[SimpleNamespace(passage=passage, score=0.5)])
        return SimpleNamespace(answer=SimpleNamespace(kind="grounded"), attempts=[SimpleNamespace(trace=trace)])

    index = _module("cairn.index", build_and_write=build_and_write, read_index=lambda index, corpus: index)
    config = _module("cairn.config", Config=lambda tables_enabled: None)
    engine = _module("cairn.engine", ask=ask)
    return {"cairn": _module("cairn"), **{module.__name__: module for module in (index, config, engine)}}


def _fake_cairn_pipeline() -> dict[str, ModuleType]:
    class Pipeline:
        @classmethod
        def from_config(cls, config: dict) -> "Pipeline":
            assert config["embedding"]["name"] == "sentence_transformers"
            return cls()

        def ingest(self) -> None: ...

        def load_index(self) -> None: ...

        def answer(self, question: str) -> SimpleNamespace:
            passage = SimpleNamespace(chunk=SimpleNamespace(source="a/blame.txt", text=TEXTS["blame.txt"]), score=0.5)
            status = SimpleNamespace(value="answered")
            return SimpleNamespace(status=status, text=QUOTE, confidence=0.7, passages=[passage])

    config = _module("cairn.core.config", Config=SimpleNamespace(model_validate=lambda fields: fields))
    pipeline = _module("cairn.pipeline", Pipeline=Pipeline)
    names = {"cairn": _module("cairn"), "cairn.core": _module("cairn.core")}
    return {**names, config.__name__: config, pipeline.__name__: pipeline}


def _module(name: str, **members: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    return module


DOUBLES: dict[str, tuple[str, Callable[[], dict[str, ModuleType]]]] = {
    "txtai": ("hybrid", _fake_txtai),
    "sift_rag": ("vsearch", _fake_sift),
    "haiku_rag": ("", _fake_haiku),
    "verbatim_rag": ("dense", _fake_verbatim),
    "cairn_assistant": ("", _fake_cairn_assistant),
    "cairn_pipeline": ("", _fake_cairn_pipeline),
}

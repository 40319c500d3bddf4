"""haiku.rag: its hybrid search with all-MiniLM-L6-v2 as a sentence-transformers model; its answers need an LLM."""

import asyncio
from typing import Any
from weakref import finalize

from benchmarks.comparison.protocol import TOP_K, Place, Reply, Result, find_packaged_model

DATABASE = "texts.lancedb"
DIMENSION = 384


class PeerAdapter:
    """Asks ``HaikuRAG.search``."""

    def __init__(self, place: Place) -> None:
        """Remember where to work, and keep one event loop for the client."""
        self._place = place
        self._loop = asyncio.new_event_loop()
        finalize(self, self._loop.close)

    def build(self) -> None:
        """Add each file as Markdown, cut by its own chunker with the encoder's tokenizer."""
        self._loop.run_until_complete(self._build())

    async def _build(self) -> None:
        self._place.index.mkdir(parents=True, exist_ok=True)
        async with self._open_client(create=True) as client:
            for path in self._place.list_texts():
                await client.create_document(path.read_text(encoding="utf-8"), uri=f"file:///{path.name}", format="md")

    def open(self) -> None:
        """Enter the client, which opens the database and loads the encoder with the first question."""
        self._client = self._loop.run_until_complete(self._open_client(create=False).__aenter__())

    def ask(self, question: str) -> Reply:
        """Return what its hybrid search finds."""
        found = self._loop.run_until_complete(self._client.search(question, limit=TOP_K))
        return Reply([Result((one.document_uri or "").rpartition("/")[2], one.content, one.score) for one in found])

    def _open_client(self, create: bool) -> Any:  # noqa: ANN401  (a library of another environment)
        from haiku.rag.client import HaikuRAG
        from haiku.rag.config import AppConfig

        model = find_packaged_model()
        embedder = {"provider": "sentence-transformers", "name": model, "vector_dim": DIMENSION}
        # Tables as Markdown rows, so that a row can be recognised in what is returned.
        processing = {"chunking_tokenizer": model, "chunking_use_markdown_tables": True}
        config = AppConfig.model_validate({"embeddings": {"model": embedder}, "processing": processing})
        return HaikuRAG(self._place.index / DATABASE, config=config, create=create)

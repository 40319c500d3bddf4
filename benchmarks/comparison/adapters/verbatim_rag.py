"""verbatim-rag: its index with all-MiniLM-L6-v2 in Milvus Lite; its extractors need a model hub or an LLM."""

from typing import Any

from benchmarks.comparison.protocol import TOP_K, Place, Reply, Result, find_packaged_model

DATABASE = "texts.db"
# Its Markdown chunker has no limit of its own; this one is that of its chunk size in the guide to long documents.
MAX_CHUNK = 1000


class PeerAdapter:
    """Asks ``VerbatimIndex`` or, in the way ``extract``, ``VerbatimRAG`` with its extractor of spans."""

    def __init__(self, place: Place) -> None:
        """Remember where to work."""
        self._place = place

    def build(self) -> None:
        """Add each file as a document."""
        from verbatim_rag.document import DocumentType
        from verbatim_rag.schema import DocumentSchema

        self._place.index.mkdir(parents=True, exist_ok=True)
        self._open_index().add_documents(
            [
                DocumentSchema(
                    id=path.name,
                    title=path.name,
                    source=path.name,
                    content=path.read_text(encoding="utf-8"),
                    content_type=DocumentType.MARKDOWN,
                )
                for path in self._place.list_texts()
            ]
        )

    def open(self) -> None:
        """Open the database and load the encoder, and the extractor if it is asked for."""
        self._index = self._open_index()
        if self._place.way == "extract":
            from verbatim_core.extractors import ModelSpanExtractor

            self._extractor = ModelSpanExtractor(device="cpu")

    def ask(self, question: str) -> Reply:
        """Return the nearest chunks, and the first extracted span if there is an extractor."""
        found = self._index.query(question, k=TOP_K)
        results = [Result(one.metadata["source"], one.text, one.score) for one in found]
        if self._place.way != "extract":
            return Reply(results)
        spans = [span for own in self._extractor.extract_spans(question, found).values() for span in own]
        return Reply(results, words=spans[0] if spans else None, kind="sentence", answered=bool(spans))

    def _open_index(self) -> Any:  # noqa: ANN401  (a library of another environment)
        from verbatim_rag.chunker_providers import MarkdownChunkerProvider
        from verbatim_rag.embedding_providers import SentenceTransformersProvider
        from verbatim_rag.index import VerbatimIndex
        from verbatim_rag.vector_stores import LocalMilvusStore

        return VerbatimIndex(
            vector_store=LocalMilvusStore(str(self._place.index / DATABASE), enable_sparse=False),
            dense_provider=SentenceTransformersProvider(find_packaged_model()),
            chunker_provider=MarkdownChunkerProvider(max_chunk_size=MAX_CHUNK),
        )

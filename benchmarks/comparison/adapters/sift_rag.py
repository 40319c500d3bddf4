"""sift-rag: its keyword search, its semantic search with all-MiniLM-L6-v2, or its reranked query."""

import os

from benchmarks.comparison.protocol import TOP_K, Place, Reply, Result, find_packaged_model

COLLECTION = "texts"


class PeerAdapter:
    """Asks ``sift.search.Index``; the way of asking is the name of its method: search, vsearch or query."""

    def __init__(self, place: Place) -> None:
        """Remember where to work. Its settings are read once a process, so they are set before anything is imported."""
        self._place = place
        os.environ.update(SIFT_HOME=str(place.index), SIFT_EMBED_MODEL=find_packaged_model(), SIFT_OCR="off")

    def build(self) -> None:
        """Run ``sift add``, ``sift index`` and ``sift embed``."""
        from sift.cli import main

        self._place.index.mkdir(parents=True, exist_ok=True)
        main(["add", str(self._place.texts), "--name", COLLECTION])
        main(["index"])
        if self._place.way != "search":
            main(["embed"])

    def open(self) -> None:
        """Open the index; load the vectors and the models that the way of asking needs."""
        from sift.search import Index

        self._index = Index()
        if self._place.way != "search":
            self._index.load()
            self._index.models.embedder()
        if self._place.way == "query":
            self._index.models.reranker()

    def ask(self, question: str) -> Reply:
        """Return every matching passage, not the best of each document, so that all peers list passages."""
        hits = getattr(self._index, self._place.way)(question, TOP_K, all_passages=True)
        return Reply([Result(hit["id"].removeprefix(f"{COLLECTION}/"), hit["text"], hit["score"]) for hit in hits])

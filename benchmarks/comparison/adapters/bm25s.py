"""bm25s: words alone, stemmed and without stop words as its guide shows, over chunks of 500 characters."""

import json

from benchmarks.comparison.protocol import TOP_K, Place, Reply, Result, cut_chunks

CHUNKS = "chunks.json"


class PeerAdapter:
    """Asks ``bm25s.BM25``."""

    def __init__(self, place: Place) -> None:
        """Remember where to work."""
        self._place = place

    def build(self) -> None:
        """Index chunks and write their texts beside the index."""
        import bm25s
        import Stemmer

        chunks = [
            (path.name, chunk) for path in self._place.list_texts() for chunk in cut_chunks(path.read_text("utf-8"))
        ]
        retriever = bm25s.BM25()
        texts = [text for _, text in chunks]
        tokens = bm25s.tokenize(texts, stopwords="en", stemmer=Stemmer.Stemmer("english"), show_progress=False)
        retriever.index(tokens, show_progress=False)
        retriever.save(str(self._place.index))
        (self._place.index / CHUNKS).write_text(json.dumps(chunks), encoding="utf-8")

    def open(self) -> None:
        """Load what was written."""
        import bm25s
        import Stemmer

        self._tokenize, self._stemmer = bm25s.tokenize, Stemmer.Stemmer("english")
        self._retriever = bm25s.BM25.load(str(self._place.index))
        self._chunks = json.loads((self._place.index / CHUNKS).read_text(encoding="utf-8"))

    def ask(self, question: str) -> Reply:
        """Return the chunks with the best scores; none if the question has no word of the texts."""
        tokens = self._tokenize(question, stopwords="en", stemmer=self._stemmer, return_ids=False, show_progress=False)
        found, scores = self._retriever.retrieve(tokens, k=min(TOP_K, len(self._chunks)), show_progress=False)
        rows = [(*self._chunks[row], score) for row, score in zip(found[0].tolist(), scores[0].tolist(), strict=True)]
        return Reply([Result(*row) for row in rows if row[2] > 0])

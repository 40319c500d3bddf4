"""txtai: its embeddings database over chunks of 500 characters, dense or hybrid."""

from benchmarks.comparison.protocol import TOP_K, Place, Reply, Result, cut_chunks, find_packaged_model


class PeerAdapter:
    """Asks ``txtai.Embeddings``; the way of asking is ``dense`` or ``hybrid``."""

    def __init__(self, place: Place) -> None:
        """Remember where to work."""
        self._place = place

    def build(self) -> None:
        """Index chunks with their file's name in their id; ``content`` keeps the texts, as its guide shows."""
        from txtai import Embeddings

        embeddings = Embeddings(path=find_packaged_model(), content=True, hybrid=self._place.way == "hybrid")
        rows = [
            (f"{path.name}#{number}", chunk)
            for path in self._place.list_texts()
            for number, chunk in enumerate(cut_chunks(path.read_text(encoding="utf-8")))
        ]
        embeddings.index(rows)
        embeddings.save(str(self._place.index))

    def open(self) -> None:
        """Load what was saved."""
        from txtai import Embeddings

        self._embeddings = Embeddings()
        self._embeddings.load(str(self._place.index))

    def ask(self, question: str) -> Reply:
        """Return its rows. A question with a quotation mark is no SQL: it goes in as a parameter."""
        rows = self._embeddings.search(
            "select id, text, score from txtai where similar(:question)", TOP_K, parameters={"question": question}
        )
        return Reply([Result(row["id"].rpartition("#")[0], row["text"], row["score"]) for row in rows])

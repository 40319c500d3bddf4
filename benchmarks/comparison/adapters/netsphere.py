"""Netsphere itself, as shipped, in one of its two modes."""

from benchmarks.comparison.protocol import TOP_K, Place, Reply, Result


class PeerAdapter:
    """Asks ``qa.Engine``; the way of asking is the mode."""

    def __init__(self, place: Place) -> None:
        """Remember where to work."""
        self._place = place

    def build(self) -> None:
        """Build an index as ``python -m index build`` does."""
        from index.build.pipeline import build_index
        from index.embedding import load_encoder
        from index.settings import IndexSettings

        build_index(self._place.texts, IndexSettings(index=str(self._place.index), keep=1), load_encoder())

    def open(self) -> None:
        """Open the index as the server does."""
        from qa.engine import Engine

        self._engine = Engine.open(self._place.index)

    def ask(self, question: str) -> Reply:
        """Return the passages, the headline, and the verdict."""
        from qa.types import AnswerKind, Mode, Request, Status

        mode: Mode = "fast" if self._place.way == "fast" else "precise"
        answer = self._engine.ask(Request(question, top_k=TOP_K, mode=mode))
        results = [Result(p.document.id, p.text, p.score) for p in answer.passages]
        shown = answer.headline
        return Reply(
            results,
            words=shown.text if shown else None,
            kind="sentence" if shown and shown.kind is AnswerKind.SENTENCE else "words",
            answered=answer.status is not Status.NOT_FOUND,
            confidence=answer.confidence,
        )

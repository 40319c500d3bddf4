"""cairn-pipeline: hybrid retrieval with all-MiniLM-L6-v2, and its provider that quotes a sentence without a model."""

from typing import Any

from benchmarks.comparison.protocol import Place, Reply, Result, find_packaged_model


class PeerAdapter:
    """Asks ``cairn.pipeline.Pipeline``."""

    def __init__(self, place: Place) -> None:
        """Remember where to work."""
        self._place = place

    def build(self) -> None:
        """Ingest the folder with its default chunker."""
        self._create_pipeline().ingest()

    def open(self) -> None:
        """Load the index, which it checks against the texts."""
        self._pipeline = self._create_pipeline()
        self._pipeline.load_index()

    def ask(self, question: str) -> Reply:
        """Return its passages, the quoted sentence, and its confidence; nothing is calibrated on these questions."""
        answer = self._pipeline.answer(question)
        answered = answer.status.value == "answered"
        results = [Result(one.chunk.source.rpartition("/")[2], one.chunk.text, one.score) for one in answer.passages]
        words = answer.text if answered else None
        return Reply(results, words=words, kind="sentence", answered=answered, confidence=answer.confidence)

    def _create_pipeline(self) -> Any:  # noqa: ANN401  (a library of another environment)
        from cairn.core.config import Config
        from cairn.pipeline import Pipeline

        embedding = {"name": "sentence_transformers", "params": {"model": find_packaged_model(), "device": "cpu"}}
        config = Config.model_validate(
            {
                "name": "comparison",
                "corpus": str(self._place.texts.resolve()),
                "golden": "none.jsonl",
                "embedding": embedding,
                "index": {"dir": str(self._place.index.resolve())},
            }
        )
        return Pipeline.from_config(config)

"""An index without documents."""

from pathlib import Path

from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Document, Encoder
from qa.engine import Engine
from qa.types import Reason, Request, Status


def test_an_empty_index_is_ready_and_says_that_it_is_empty(tmp_path: Path, encoder: Encoder) -> None:
    """Its last document may have been removed while it was served."""
    for document in (Document("a", "Cats sleep."), None):
        build_index(None, IndexSettings(index=str(tmp_path)), encoder, overrides={"a": document})
    engine = Engine.open(tmp_path)
    assert all(engine.check_readiness().values())
    for mode in ("fast", "precise"):
        answer = engine.ask(Request("Where do cats sleep?", mode=mode))
        assert (answer.status, answer.reason, answer.passages) == (Status.NOT_FOUND, Reason.EMPTY_INDEX, ())

"""cairn-assistant: its lexical index; it answers with the best passage, or refuses."""

import re
from pathlib import Path

from benchmarks.comparison.protocol import Place, Reply, Result

INDEX, CORPUS = "index.json", "corpus"


class PeerAdapter:
    """Asks ``cairn.engine.ask``."""

    def __init__(self, place: Place) -> None:
        """Remember where to work."""
        self._place = place

    def build(self) -> None:
        """Write each text with the front matter that it requires, and index the folder."""
        from cairn.index import build_and_write

        corpus = self._place.index / CORPUS
        corpus.mkdir(parents=True, exist_ok=True)
        for path in self._place.list_texts():
            name = _name_document(path)
            head = f"---\nid: {name}\ntitle: {path.stem}\nlang: en\n---\n"
            (corpus / f"{name}.md").write_text(head + path.read_text(encoding="utf-8"), encoding="utf-8")
        build_and_write(str(corpus), str(self._place.index / INDEX))

    def open(self) -> None:
        """Read the index."""
        from cairn.config import Config
        from cairn.index import read_index

        self._index = read_index(str(self._place.index / INDEX), str(self._place.index / CORPUS))
        self._names = {_name_document(path): path.name for path in self._place.list_texts()}
        self._config = Config(tables_enabled=False)

    def ask(self, question: str) -> Reply:
        """Return its candidates; it shows the first of them whole, so it gives no words."""
        from cairn.engine import ask

        found = ask(question, self._index, self._config, lang="en")
        candidates = found.attempts[0].trace.candidates
        results = [Result(self._names[c.passage.doc_id], c.passage.text, c.score) for c in candidates]
        return Reply(results, answered=found.answer.kind == "grounded")


def _name_document(path: Path) -> str:
    """Return an id as it allows: letters, digits and a few marks, a letter first."""
    return "d-" + re.sub(r"[^A-Za-z0-9._-]", "-", path.name)

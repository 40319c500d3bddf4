"""Documents in a temporary file: all that a build has parsed need no memory until one of them is needed."""

import pickle
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path

from index.disk.arrays import SpooledFile
from index.disk.lazy_sequence import LazySequence
from index.errors import BuildError
from index.types import Document

# The id of a document, the sequence that has it, and its position there.
Row = tuple[str, Sequence[Document], int]


class SpooledDocuments(LazySequence[Document]):
    """Documents in the order in which they were added, of which only the ids are in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        """Create the file in ``folder``, or in the system's folder for temporary files if it is None."""
        self._file, self._edges, self.ids = SpooledFile(folder), array("q", [0]), list[str]()

    def append(self, document: Document) -> None:
        """Add a document. Raise BuildError if the file cannot be written."""
        # Read by this process only, from a file without a name: as safe as what a parser process sends.
        data = pickle.dumps(document, pickle.HIGHEST_PROTOCOL)
        try:
            self._file.write(data)
            # At once, so that a full disk is noticed here and not when the document is read.
            self._file.flush()
        except OSError as error:
            reason = error.strerror or error
            raise BuildError(
                f"the new index could not be written: {document.id} does not fit into a temporary file ({reason}); the "
                "old one stays"
            ) from error
        self._edges.append(self._edges[-1] + len(data))
        self.ids.append(document.id)

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.ids)

    def _read_item(self, row: int) -> Document:
        start, end = self._edges[row], self._edges[row + 1]
        document: Document = pickle.loads(self._file.read(start, end - start))  # noqa: S301 -- see append
        return document


class ChosenDocuments(LazySequence[Document]):
    """Documents of other sequences, in the order of their ids, each read from its sequence when it is needed."""

    def __init__(self, chosen: Iterable[Row]) -> None:
        """Take where each document is; no two have the same id."""
        self._rows = sorted(chosen, key=lambda row: row[0])

    @property
    def ids(self) -> list[str]:
        """The id of each document, without reading any."""
        return [name for name, _, _ in self._rows]

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self._rows)

    def _read_item(self, row: int) -> Document:
        _, documents, position = self._rows[row]
        return documents[position]

"""Documents that wait in a file come back as they were."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build.spooled_documents import ChosenDocuments, SpooledDocuments
from index.errors import BuildError
from index.types import Document, Heading, Place

DOCUMENTS = st.lists(
    st.builds(
        Document,
        st.text(max_size=4),
        st.text(),
        st.text(max_size=4),
        st.dictionaries(st.text(max_size=3), st.integers() | st.text() | st.lists(st.text(max_size=2))),
        st.lists(st.builds(Heading, st.integers(0, 9), st.integers(0, 9)), max_size=2).map(tuple),
        st.lists(st.integers(0, 9), max_size=3).map(tuple),
        st.lists(st.builds(Place, st.integers(0, 9), st.text(max_size=3)), max_size=2).map(tuple),
    ),
    max_size=4,
    unique_by=lambda document: document.id,
)


@given(DOCUMENTS)
def test_documents_come_back_as_they_were(documents: list[Document]) -> None:
    """Every field, in order, also while others are still added."""
    spool = SpooledDocuments()
    for number, document in enumerate(documents):
        spool.append(document)
        assert spool[number] == spool[-1] == document
    assert list(spool) == list(spool[:]) == documents
    assert spool.ids == [document.id for document in documents]


@given(DOCUMENTS, DOCUMENTS)
def test_chosen_documents_are_in_the_order_of_their_ids(first: list[Document], second: list[Document]) -> None:
    """Whichever sequence each of them is in."""
    known = {document.id for document in first}
    rows = [(document.id, first, place) for place, document in enumerate(first)]
    rows += [(document.id, second, place) for place, document in enumerate(second) if document.id not in known]
    chosen = ChosenDocuments(rows)
    expected = [documents[place] for _, documents, place in sorted(rows, key=lambda row: row[0])]
    assert list(chosen) == list(chosen[:]) == expected
    assert chosen.ids == [document.id for document in chosen]


def test_a_full_disk_is_a_build_error(tmp_path: Path) -> None:
    """It names the document and the reason; the file itself is deleted with the documents."""
    spool = SpooledDocuments(tmp_path)
    assert not list(tmp_path.iterdir())
    with pytest.MonkeyPatch.context() as patch:

        def fail(data: bytes) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(spool._file, "write", fail)
        with pytest.raises(BuildError, match=r"a\.txt does not fit into a temporary file \(No space left"):
            spool.append(Document("a.txt", "Cats sleep."))
    assert len(spool) == 0

"""Fingerprints of documents, and of the settings and the model."""

from dataclasses import replace

from index.generation.fingerprint import fingerprint_documents, fingerprint_recipe
from index.settings import IndexSettings
from index.types import Document, Heading
from tests.doubles import WordEncoder


def test_every_field_of_a_document_changes_the_fingerprint() -> None:
    """Id, text, title, metadata, headings and pages; so do the order and the number of documents."""
    document = Document("a.txt", "Cats sleep.", "Cats", {"language": "en"}, (Heading(0, 4),), (0,))
    others = [
        replace(document, id="b.txt"),
        replace(document, text="Cats sleep!"),
        replace(document, title="Dogs"),
        replace(document, metadata={"language": "de"}),
        replace(document, headings=(Heading(0, 4, level=2),)),
        replace(document, pages=()),
    ]
    collections = [[], [document], *([other] for other in others), [document, others[0]], [others[0], document]]
    assert len({fingerprint_documents(documents) for documents in collections}) == len(collections)
    assert fingerprint_documents(iter([document])) == fingerprint_documents([replace(document)])


def test_settings_and_model_change_the_recipe() -> None:
    """Only settings that decide answers; where the index is does not matter."""
    recipes = [
        fingerprint_recipe(IndexSettings(), WordEncoder()),
        fingerprint_recipe(IndexSettings(stemmer="none"), WordEncoder()),
        fingerprint_recipe(IndexSettings(), WordEncoder("other")),
    ]
    assert len(set(recipes)) == 3
    assert fingerprint_recipe(IndexSettings(index="elsewhere"), WordEncoder()) == recipes[0]

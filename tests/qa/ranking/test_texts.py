"""The words of passages, looked up."""

from index.generation.generation import Generation
from qa.ranking.texts import Texts


def test_words_are_slices_of_their_documents_and_the_context_stands_above(generation: Generation) -> None:
    """Every passage of the seed, with its title and heading."""
    texts = Texts(generation.contents)
    documents = {document.id: document for document in generation.contents.documents}
    for position, passage in enumerate(generation.contents.passages):
        document = documents[passage.document]
        assert texts.words(position) == document.text[passage.start : passage.end]
        sentences = texts.slices(position, passage.sentences)
        assert sentences == [document.text[one.start : one.end] for one in passage.sentences]
        assert texts.context(position).startswith(document.title)
        assert (passage.heading or "") in texts.context(position)

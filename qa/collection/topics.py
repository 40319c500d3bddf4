"""What a collection is about, in a few words of its own: for whoever asked about something that is not in it."""

from collections.abc import Iterator
from itertools import islice

from index.generation.metadata import FOLDER, TAG, TOP_FOLDER
from index.types import PassageKind
from qa.collection.catalog import Catalog

# A line that is read at a glance.
MAX_TOPICS, MAX_TOPIC_CHARS = 8, 60
# Of more documents, titles say more than the headings of the first.
MAX_READ = 3


def list_topics(catalog: Catalog) -> tuple[str, ...]:
    """Return headings of the documents if they are few, or else the most frequent tags or folders, or else titles."""
    few = catalog.document_count <= MAX_READ
    found = _list_headings(catalog) if few else _list_groups(catalog)
    topics = list(islice(dict.fromkeys(found), MAX_TOPICS))
    if not topics:
        topics = [one.title or one.id for one in catalog.list_documents(0, MAX_TOPICS)]
    return tuple(topic for topic in topics if len(topic) <= MAX_TOPIC_CHARS)


def _list_headings(catalog: Catalog) -> Iterator[str]:
    for info in catalog.list_documents(0, MAX_READ):
        document = catalog.get_document(info.id)
        passages = document.passages if document else ()
        yield from (one.heading for one in passages if one.heading and one.kind is PassageKind.BODY)


def _list_groups(catalog: Catalog) -> list[str]:
    facets = catalog.count_facets([TAG, FOLDER])
    tags = [one.value for one in facets[TAG]]
    return tags or [one.value for one in facets[FOLDER] if one.value != TOP_FOLDER]

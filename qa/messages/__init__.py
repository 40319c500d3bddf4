"""The texts of the interface, in one catalog for each language; the texts of documents are never among them."""

from qa.messages.catalog import ENGLISH, LANGUAGES, Messages, load_messages

__all__ = ["ENGLISH", "LANGUAGES", "Messages", "load_messages"]

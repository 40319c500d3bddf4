"""Vectors in Milvus: a database that serves many machines, and spreads a collection over many."""

from index.search.stores.milvus.store import MilvusStore, MilvusStores

__all__ = ["MilvusStore", "MilvusStores"]

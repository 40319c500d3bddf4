"""Shards: Parquet files of documents and of their embedded units, from which any store can be loaded."""

"""Retrieval: BM25 over passages, vector stores over units, late interaction over tokens."""

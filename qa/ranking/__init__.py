"""Candidates are retrieved, fused and reranked, and their evidence is marked."""

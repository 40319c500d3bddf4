"""What finds units and passages: BM25, vector stores, late interaction."""

"""From a query to evidence: retrieval, fusion, the ranking stages, marking and features."""

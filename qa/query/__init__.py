"""From a request to a query: politeness, typos, follow-ups and vectors."""

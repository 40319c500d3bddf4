"""What is indexed: documents, quotations, readiness, suggested questions."""

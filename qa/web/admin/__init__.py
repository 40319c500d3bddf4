"""The pages for administrators: feedback, questions without an answer, documents, builds."""

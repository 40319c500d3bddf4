"""A question is understood: politeness, follow-ups, typing errors, vectors."""

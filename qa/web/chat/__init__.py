"""OpenAI-compatible chat completions: a conversation becomes a question, and its answer a message with citations."""

"""Around the engine: answers that are given again, questions that are batched."""

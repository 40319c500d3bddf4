"""Text of a document into headings, sentences, passages and the words that are matched."""

"""The text of a document becomes headings, sentences, passages and the terms that are matched."""

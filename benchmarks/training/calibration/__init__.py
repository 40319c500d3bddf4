"""The confidence: fitted on open data, tested on sources and articles that were left out."""

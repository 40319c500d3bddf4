"""The confidence: fitted on open data, tried on sources and articles left out."""

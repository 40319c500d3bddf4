"""Electronic books in the format EPUB, versions 2 and 3."""

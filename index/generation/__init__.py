"""A built index on disk, and the directory that holds several of them."""

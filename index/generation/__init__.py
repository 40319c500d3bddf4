"""One built index on disk, and the folder that holds several."""

"""Arrays and strings on disk that are read when they are asked for."""

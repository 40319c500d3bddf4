"""Writing over HTTP: routes that store documents in the journal of the index, and the jobs of what they stored.

A request passes ``views`` → ``uploads`` or ``bulk`` (bytes to writes) → ``writer`` (the journal). ``builder`` is the
process that turns what waits into a generation; ``watcher`` and ``comparison`` are its parts.
"""

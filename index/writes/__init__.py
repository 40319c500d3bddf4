"""Documents that are written while an index is served.

``journal`` makes a write durable, ``jobs`` says what became of it, ``parse`` and ``build`` turn what waits into a
generation, and ``change_summary`` says how that differs from the one before.
"""

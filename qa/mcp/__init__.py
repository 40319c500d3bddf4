"""Model Context Protocol (MCP): tools and resources with which an agent asks the documents.

``tools`` is the table of tools, ``resources`` the documents as resources. ``protocol`` gives both to the official
library, ``stdio`` serves them to the program that started this one, and ``http`` answers a request of the web server.
The library ``mcp`` is an extra, so its modules are imported late.
"""

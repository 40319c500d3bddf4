"""The same questions over the same documents, put to Netsphere, to its peers and to the plain recipe."""

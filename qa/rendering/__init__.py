"""Documents and passages as readers see them: a tree of nodes that know their source, written as HTML or as lines."""

"""What the parsers of office formats share: the packed file, its properties, tables of cells, formats of numbers."""

"""A collection of office files and judged questions about it: tables, sheets, slides, mails, a book, an archive."""

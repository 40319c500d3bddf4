"""HTML and XHTML of which everything is text: mails and chapters of books, which have no menus around their text."""

"""What it takes to do six things on the page, in a browser, beside what the documents of peers say of theirs."""

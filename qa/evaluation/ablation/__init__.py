"""Ways of ranking and settings taken apart, and which of the differences are real."""

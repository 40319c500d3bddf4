"""The HTML pages: views, what they show, templates, style sheet and scripts."""

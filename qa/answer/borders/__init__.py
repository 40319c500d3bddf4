"""The steps that move the ends of an answer to the borders that the text has.

Each is a function of a text and a span of it that returns a span of the same text; an empty one means that nothing is
left. ``qa/answer/span_borders.py`` calls them in their order.
"""

"""Check the installation, the models, the index and the machine, and say what to do about each fault.

``command.py`` lists the checks and prints what they find; those of one subject have a module together.
"""

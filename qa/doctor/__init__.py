"""Check the installation, the models, the index and the machine, and say what to do about each fault.

``command.py`` prints what ``checks.py`` lists; each check has a module beside the others of its subject.
"""

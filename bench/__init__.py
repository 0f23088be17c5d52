"""Measurements of Shunda on a database of their own: ``make bench``, or ``python -m bench [name ...]``."""

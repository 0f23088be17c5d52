"""Shunda 顺达: sales order management from the first call to the archive.

The folders are layers; each imports only from those below it (see ``docs/architecture.md``).
"""

__version__ = "0.1.0"

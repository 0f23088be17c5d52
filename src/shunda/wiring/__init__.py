"""Where everything meets: settings, urls, and the tables a newcomer reads first (see ``tables.py``)."""

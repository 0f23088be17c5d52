"""What Shunda runs on: the home folder, the embedded PostgreSQL, ports, child processes and their memory.

Knows no Django and no capability, so that `shunda status` and the settings can use it without loading either.
"""

from shunda.runtime.home import database_url, home, secret_key

__all__ = ["database_url", "home", "secret_key"]

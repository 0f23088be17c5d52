"""Django's backend for PostgreSQL; the name of this module is Django's."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

HOPELESS_SECONDS = 0.25
"""How long a connection is waited for from the first who got none in the pool's time until somebody gets one."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A pool whose patience follows from what others got.

    When the database is gone, has no connection left, or all of ours are held, the first callers wait as long as an
    outage of a moment may take. After that each who comes only looks whether it is over: a crowd that waited in turn
    for what nobody gets would keep the threads from those who could be served without it.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection out of the pool, if there is one."""
        pool = self.pool
        if pool is None:
            return super().get_new_connection(conn_params)
        try:
            connection = super().get_new_connection(conn_params)
        except PoolTimeout:
            pool.timeout = HOPELESS_SECONDS
            raise
        pool.timeout = self.settings_dict["OPTIONS"]["pool"]["timeout"]
        return connection

"""PostgreSQL as Django knows it, with a pool that does not let everybody wait for a connection that nobody gets."""

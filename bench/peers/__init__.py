"""The same five-line order in other order systems, on the same PostgreSQL, in the same minutes."""

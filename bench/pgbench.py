"""What PostgreSQL itself can do on this machine, at this moment: the limit that everything is measured against.

``bench/limit`` holds the least work that taking five-line orders can be, fifty orders in a transaction, called by
pgbench through one connection.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from shunda.runtime import binaries

FOLDER = Path(__file__).parent / "limit"
DATABASE = "shunda_limit"
ORDERS_A_CALL = 50


class Limit:
    """The limit's own database on the server of the product."""

    def __init__(self, url: str) -> None:
        base, _slash, _name = url.rpartition("/")
        self.url = f"{base}/{DATABASE}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"drop database if exists {DATABASE}")
            connection.execute(f"create database {DATABASE}")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute((FOLDER / "schema.sql").read_bytes())

    def rate(self, kind: str, seconds: int, clients: int = 1) -> float:
        """Orders a second of the script ``rand`` (10,000 articles) or ``hot`` (one article in every order)."""
        parts = urlsplit(self.url)
        where = ["-h", parts.hostname or "", "-p", str(parts.port), "-U", parts.username or "", DATABASE]
        how = ["-n", "-M", "prepared", "-c", str(clients), "-T", str(seconds), "-f", str(FOLDER / f"{kind}.sql")]
        environment = binaries.clean_environment() | {"PGPASSWORD": parts.password or ""}
        program = binaries.find().path("pgbench")
        done = subprocess.run(
            [program, *how, *where], env=environment, capture_output=True, text=True, check=True, cwd=os.sep
        )
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        assert found, done.stdout
        return float(found[1]) * ORDERS_A_CALL

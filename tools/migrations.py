"""Fails when a model was changed without a migration: asks Django, on a throw-away database unless one is given."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "shunda.wiring.settings"
    os.environ["SHUNDA_TESTING"] = "1"
    server = None
    if "DATABASE_URL" not in os.environ:
        from shunda.runtime.postgres import scratch_server

        server = scratch_server()
        os.environ["DATABASE_URL"] = server.url
    try:
        execute_from_command_line([sys.argv[0], "makemigrations", "--check", "--dry-run"])
    finally:
        if server:
            server.stop()

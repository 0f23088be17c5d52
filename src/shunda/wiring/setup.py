"""What every start makes sure of: cache table, roles, reference data. Cheap when there is nothing to do."""

from django.core.management import call_command


def prepare() -> None:
    """Bring a migrated database to where people can work: idempotent."""
    call_command("createcachetable", verbosity=0)

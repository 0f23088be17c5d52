"""Pages of people: the own account, users, roles, regions."""

from shunda.accounts.pages import own, regions, roles, teams, users

__all__ = ["own", "regions", "roles", "teams", "users"]

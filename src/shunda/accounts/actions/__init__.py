"""The writes about people, roles, regions and tokens."""

from shunda.accounts.actions.own import create_token, edit_profile, end_sessions, revoke_tokens, set_preferences
from shunda.accounts.actions.regions import create_regions, edit_regions
from shunda.accounts.actions.roles import create_roles, edit_roles
from shunda.accounts.actions.standing import delegate, end_delegations
from shunda.accounts.actions.teams import create_teams, edit_teams
from shunda.accounts.actions.users import (
    create_users,
    deactivate,
    edit_users,
    reactivate,
    set_password,
    set_regions,
    set_roles,
)

__all__ = [
    "create_regions",
    "create_roles",
    "create_teams",
    "create_token",
    "create_users",
    "deactivate",
    "delegate",
    "edit_profile",
    "edit_regions",
    "edit_roles",
    "edit_teams",
    "edit_users",
    "end_delegations",
    "end_sessions",
    "reactivate",
    "revoke_tokens",
    "set_password",
    "set_preferences",
    "set_regions",
    "set_roles",
]

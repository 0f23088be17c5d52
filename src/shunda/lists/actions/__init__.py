"""The writes about views, layouts and exports."""

from shunda.lists.actions.exports import export
from shunda.lists.actions.views import create_views, delete_views, edit_views, set_layout

__all__ = ["create_views", "delete_views", "edit_views", "export", "set_layout"]

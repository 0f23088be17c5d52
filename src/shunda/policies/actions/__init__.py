"""The writes of settings and decision tables."""

from shunda.policies.actions.calendar import change_days, change_week, import_days
from shunda.policies.actions.calendars import add_calendar, rename_calendar, restore_calendar, retire_calendar
from shunda.policies.actions.settings import change_setting
from shunda.policies.actions.tables import (
    draft_table,
    drop_table,
    edit_table,
    propose_table,
    publish_table,
    return_table,
    try_table,
)

__all__ = [
    "add_calendar",
    "change_days",
    "change_setting",
    "change_week",
    "draft_table",
    "drop_table",
    "edit_table",
    "import_days",
    "propose_table",
    "publish_table",
    "rename_calendar",
    "restore_calendar",
    "retire_calendar",
    "return_table",
    "try_table",
]

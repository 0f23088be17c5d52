"""Roles of the office that enter no orders: personnel, analysis, audit; and what heads of departments do with cases."""

from __future__ import annotations

from shunda.accounts.specs import RoleSpec

JUDGES = (
    "assessments.view_assessment",
    "assessments.record_assessment",
    "assessments.decide_assessment",
    "assessments.conclude_meeting",
)
CHIEFS = (*JUDGES, "assessments.review_assessment", "assessments.create_meeting")
"""Who decides cases the first time, and who decides on appeals too; fairness stands above these permissions."""

HR = RoleSpec(
    "hr",
    "人事专员",
    "all",
    name_en="Personnel specialist",
    permissions=(
        "work.view_*",
        "work.pause_task",
        "lists.*",
        "orders.view_order",
        "fulfilment.view_shipment",
        "accounts.view_user",
        "assessments.view_*",
        "assessments.record_assessment",
        "assessments.assign_assessment",
        "assessments.notify_assessment",
        "assessments.cancel_assessment",
        "assessments.create_meeting",
        "assessments.minute_meeting",
        "assessments.call_off_meeting",
        "assessments.close_month",
    ),
)

ANALYST = RoleSpec(
    "analyst",
    "数据专员",
    "all",
    name_en="Data analyst",
    permissions=(
        "*.view_*",
        "!customers.view_private",
        "!assessments.view_*",
        "lists.*",
        "orders.complete_order",
        "orders.archive_order",
    ),
)

AUDITOR = RoleSpec(
    "auditor",
    "审计员",
    "all",
    name_en="Auditor",
    permissions=("*.view_*", "!customers.view_private", "lists.create_export"),
)

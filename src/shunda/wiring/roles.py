"""Who may do what out of the box: the roles of the requirements (section 19) as patterns over permission names.

Patterns are expanded against the permissions this installation knows; the result is stored and edited by the
administrator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from shunda.accounts.specs import RoleSpec
from shunda.wiring.roles_office import ANALYST, AUDITOR, CHIEFS, HR, JUDGES

LOOK_UP = (
    "catalog.view_*",
    "customers.view_customer",
    "pricing.view_price*",
    "inventory.view_*",
    "work.view_*",
    "work.pause_task",
)
ORDER_ENTRY = (
    *LOOK_UP,
    "lists.create_export",
    "orders.view_*",
    "orders.create_order",
    "orders.place_order",
    "orders.edit_order",
    "orders.submit_order",
    "orders.withdraw_order",
    "orders.comment_order",
    "orders.attach_order",
    "orders.change_order",
    "changes.apply_change",
    "changes.sign_change",
    "changes.withdraw_change",
    "changes.tell_change",
    "portal.*",
    "fulfilment.view_*",
    "fulfilment.tell_shipment",
    "fulfilment.call_shipment",
    "fulfilment.resolve_shipment",
    "billing.view_*",
    "credit.view_exposure",
)

OWN_CUSTOMERS = ("customers.view_private", "customers.create_customer", "customers.edit_customer")

ROLES = (
    RoleSpec(
        "sales_rep",
        "销售代表",
        "own",
        name_en="Sales representative",
        permissions=(*ORDER_ENTRY, *OWN_CUSTOMERS, "orders.cancel_order"),
    ),
    RoleSpec(
        "sales_clerk",
        "销售内勤",
        "all",
        name_en="Sales clerk",
        permissions=(
            *ORDER_ENTRY,
            "customers.create_customer",
            "customers.edit_customer",
            "channels.*",
            "customers.view_private",
            "orders.authorise_small_change",
            "planning.*",
        ),
    ),
    RoleSpec(
        "sales_manager",
        "销售经理",
        "all",
        name_en="Sales manager",
        permissions=(
            "lists.share_view",
            *ORDER_ENTRY,
            "customers.*",
            "accounts.*_team",
            "orders.review_sales",
            "orders.authorise_small_change",
            "orders.cancel_order",
            "orders.confirm_order",
            "orders.override_floor",
            "orders.prioritise_order",
            *JUDGES,
            "planning.*",
            "orders.hold_order",
            "orders.release_order",
            "pricing.*",
            "credit.view_*",
            "credit.create_*",
            "credit.withdraw_*",
        ),
    ),
    RoleSpec(
        "regional_manager",
        "区域经理",
        "region",
        name_en="Regional manager",
        permissions=(
            "lists.share_view",
            *ORDER_ENTRY,
            "planning.*",
            "customers.*",
            "orders.review_sales",
            "orders.cancel_order",
            "orders.prioritise_order",
        ),
    ),
    RoleSpec(
        "vice_president",
        "分管副总",
        "all",
        name_en="Vice-president in charge",
        permissions=(
            "lists.*",
            *LOOK_UP,
            "*.view_*",
            "orders.review_sales",
            "orders.review_management",
            "orders.confirm_order",
            "orders.cancel_order",
            "orders.override_floor",
            "orders.prioritise_order",
            "orders.comment_order",
            "credit.*",
            "policies.publish_table",
            "policies.return_table",
            *CHIEFS,
        ),
    ),
    RoleSpec(
        "order_admin",
        "订单管理员",
        "all",
        name_en="Order administrator",
        permissions=(
            "lists.share_view",
            *ORDER_ENTRY,
            "orders.*",
            "channels.*",
            "catalog.*",
            "customers.view_private",
            "fulfilment.create_shipment",
        ),
    ),
    RoleSpec(
        "finance",
        "财务专员",
        "all",
        name_en="Finance specialist",
        permissions=(
            "lists.*",
            *LOOK_UP,
            "customers.view_private",
            "customers.freeze_customer",
            "customers.edit_term",
            "orders.view_*",
            "orders.review_finance",
            "orders.comment_order",
            "orders.attach_order",
            "orders.hold_order",
            "orders.release_order",
            "fulfilment.view_*",
            "billing.*",
            "credit.*",
            "pricing.*",
        ),
    ),
    HR,
    RoleSpec(
        "contract",
        "合同专员",
        "all",
        name_en="Contract specialist",
        permissions=(
            "lists.create_export",
            *LOOK_UP,
            "orders.view_*",
            "orders.review_contract",
            "orders.comment_order",
            "orders.attach_order",
            "customers.view_private",
        ),
    ),
    RoleSpec(
        "warehouse_head",
        "仓储主管",
        "all",
        name_en="Warehouse head",
        permissions=(
            "lists.*",
            *LOOK_UP,
            "inventory.*",
            "orders.view_*",
            "orders.review_warehouse",
            "orders.comment_order",
            "orders.hold_order",
            "orders.release_order",
            "fulfilment.*",
            *JUDGES,
        ),
    ),
    RoleSpec(
        "warehouse_keeper",
        "仓库管理员",
        "all",
        name_en="Warehouse keeper",
        permissions=(
            "catalog.view_*",
            "work.view_*",
            "work.pause_task",
            "inventory.view_*",
            "inventory.receive_*",
            "inventory.count_*",
            "inventory.locate_*",
            "orders.view_order",
            "orders.comment_order",
            "fulfilment.view_*",
            "fulfilment.create_shipment",
            "fulfilment.pick_shipment",
            "fulfilment.pack_shipment",
            "fulfilment.ship_shipment",
        ),
    ),
    RoleSpec(
        "production_planner",
        "生产计划员",
        "all",
        name_en="Production planner",
        permissions=(
            *LOOK_UP,
            "orders.view_*",
            "orders.review_production",
            "orders.comment_order",
            "inventory.announce_*",
        ),
    ),
    RoleSpec(
        "rnd",
        "研发工程师",
        "all",
        name_en="Research and development",
        permissions=(
            "catalog.view_*",
            "work.view_*",
            "work.pause_task",
            "orders.view_order",
            "orders.comment_order",
            "changes.decide_rnd",
        ),
    ),
    RoleSpec(
        "workshop_leader",
        "车间主任",
        "all",
        name_en="Workshop leader",
        permissions=("catalog.view_*", "work.view_*", "inventory.view_*", "orders.view_order", "orders.comment_order"),
    ),
    RoleSpec(
        "inspector",
        "质检员",
        "all",
        name_en="Quality inspector",
        permissions=(
            "catalog.view_*",
            "work.view_*",
            "work.pause_task",
            "inventory.view_*",
            "orders.view_order",
            "orders.comment_order",
            "orders.hold_order",
            "orders.release_order",
            "fulfilment.view_*",
        ),
    ),
    RoleSpec(
        "buyer",
        "采购员",
        "all",
        name_en="Buyer",
        permissions=(
            "catalog.view_*",
            "work.view_*",
            "work.pause_task",
            "inventory.view_*",
            "inventory.announce_*",
            "inventory.cancel_supply",
            "orders.view_order",
        ),
    ),
    RoleSpec(
        "logistics",
        "物流专员",
        "all",
        name_en="Logistics specialist",
        permissions=(
            "lists.*",
            *LOOK_UP,
            "orders.view_*",
            "orders.comment_order",
            "fulfilment.view_*",
            "fulfilment.edit_carrier",
            "fulfilment.create_carrier",
            "fulfilment.create_shipment",
            "fulfilment.pack_shipment",
            "fulfilment.ship_shipment",
            "fulfilment.sign_shipment",
            "fulfilment.track_shipment",
            "fulfilment.resolve_shipment",
        ),
    ),
    RoleSpec(
        "customer_service",
        "客服专员",
        "all",
        name_en="Customer service",
        permissions=(
            "lists.create_export",
            *LOOK_UP,
            "customers.view_private",
            "orders.view_*",
            "orders.create_order",
            "orders.edit_order",
            "orders.submit_order",
            "orders.comment_order",
            "orders.attach_order",
            "orders.authorise_small_change",
            "orders.change_order",
            "changes.apply_change",
            "changes.sign_change",
            "changes.withdraw_change",
            "changes.tell_change",
            "fulfilment.view_*",
            "fulfilment.sign_shipment",
            "fulfilment.tell_shipment",
            "fulfilment.call_shipment",
            "fulfilment.track_shipment",
            "fulfilment.resolve_shipment",
            "billing.view_*",
        ),
    ),
    RoleSpec(
        "project_manager",
        "项目经理",
        "own",
        name_en="Project manager",
        permissions=(*ORDER_ENTRY, "orders.prioritise_order"),
    ),
    ANALYST,
    AUDITOR,
    RoleSpec(
        "administrator",
        "系统管理员",
        "all",
        name_en="Administrator",
        permissions=("*",),
    ),
    RoleSpec(
        "api_client",
        "接口客户端",
        "all",
        name_en="API client",
        permissions=(
            *ORDER_ENTRY,
            "customers.create_customer",
            "customers.edit_customer",
            "orders.cancel_order",
            "fulfilment.track_shipment",
        ),
    ),
)


TITLES = {role.code: (role.name, role.name_en) for role in ROLES}
"""What the roles are called, in Chinese and in English."""


def expanded(known: set[str]) -> list[RoleSpec]:
    """The roles with their patterns replaced by the known permissions they name."""
    return [replace(role, permissions=_named(role.permissions, known)) for role in ROLES]


def _named(patterns: Sequence[str], known: set[str]) -> tuple[str, ...]:
    """What the patterns name; one that begins with an exclamation mark takes away."""
    without = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return tuple(
        sorted(
            name
            for name in known
            if any(fnmatchcase(name, pattern) for pattern in patterns)
            and not any(fnmatchcase(name, pattern) for pattern in without)
        )
    )

"""A company with ten thousand, a hundred thousand or a million orders, made in the database in a minute or two.

    python -m bench.millions 1000000        in the database that DATABASE_URL names (it must be an own one)

The same number gives the same rows. They are for reading: lists, search and counts find what a real company would
have (customers, articles, numbers, days, statuses, amounts that add up, shipments, invoices), but no ledgers stand
behind them, so ``shunda verify`` does not hold there. Calling it again with a larger number adds what is missing.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

CUSTOMERS, SKUS, PEOPLE = 5_000, 10_000, 40
FIRST_DAY, ORDERS_A_DAY = date(2023, 11, 1), 1_000
AT_ONCE = 100_000
EPOCH = datetime(2023, 10, 1, tzinfo=UTC)

PLACES = [
    "上海",
    "北京",
    "广州",
    "深圳",
    "杭州",
    "苏州",
    "宁波",
    "无锡",
    "南京",
    "成都",
    "武汉",
    "西安",
    "青岛",
    "大连",
    "厦门",
    "长沙",
    "合肥",
    "福州",
    "天津",
    "重庆",
]
NAMES = [
    "宏远",
    "华泰",
    "金石",
    "瑞丰",
    "永信",
    "天成",
    "东升",
    "恒力",
    "嘉禾",
    "明达",
    "广源",
    "三和",
    "德隆",
    "新锐",
    "中联",
    "鸿图",
    "百川",
    "凯旋",
    "正大",
    "兴业",
]
TRADES = ["机械", "轴承", "电气", "五金", "传动", "仪表", "液压", "紧固件", "工具", "自动化"]
FORMS = ["有限公司", "股份有限公司", "贸易有限公司", "设备有限公司", "科技有限公司"]
GOODS = [
    "深沟球轴承",
    "圆锥滚子轴承",
    "直线导轨",
    "滚珠丝杠",
    "同步带",
    "联轴器",
    "减速机",
    "气缸",
    "电磁阀",
    "接近开关",
]

STATUS = """case when h.n < 550 then 'archived' when h.n < 850 then 'completed' when h.n < 930 then 'confirmed'
    when h.n < 970 then 'cancelled' when h.n < 980 then 'in_review' when h.n < 990 then 'draft'
    when h.n < 995 then 'sent_back' else 'approved' end"""
"""Of a thousand orders; the hash spreads them evenly over time."""


def fill(orders: int) -> None:
    """Bring the database to this many generated orders; the tables must be there (``wiring.setup.prepare``)."""
    from django.db import connection

    from shunda.orders.models import Order

    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")
        cursor.execute("set session_replication_role = replica")  # the rows fit by construction: no keys to look up
        try:
            _world(cursor)
            there = Order.objects.filter(shop="M").count()
            with _without_indexes(cursor, there, orders):
                for first in range(there, orders, AT_ONCE):
                    _orders(cursor, first, min(first + AT_ONCE, orders))
            for table in _TABLES:
                _set_sequence(cursor, table)
        finally:
            cursor.execute("set session_replication_role = origin")
            cursor.execute("set synchronous_commit = on")
        cursor.execute("vacuum analyze")


_TABLES = ("orders_order", "orders_orderline", "fulfilment_shipment", "billing_invoice")


def _set_sequence(cursor: Any, table: str) -> None:
    cursor.execute(
        f"select setval(pg_get_serial_sequence('{table}', 'id'), (select coalesce(max(id), 1) from {table}))"
    )


@contextmanager
def _without_indexes(cursor: Any, there: int, wanted: int) -> Iterator[None]:
    """Adding many rows to few is quicker when the indexes are made afterwards."""
    indexes: list[str] = []
    if wanted - there > max(there, AT_ONCE):
        cursor.execute(
            """select i.indexdef, i.indexname from pg_indexes i where i.tablename = any(%s) and i.schemaname = 'public'
               and not exists (select from pg_constraint c where c.conname = i.indexname)""",
            [list(_TABLES)],
        )
        found = cursor.fetchall()
        indexes = [definition for definition, _name in found]
        for _definition, name in found:
            cursor.execute(f'drop index "{name}"')
    try:
        yield
    finally:
        cursor.execute("set maintenance_work_mem = '256MB'")
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute("reset maintenance_work_mem")


def _world(cursor: Any) -> None:
    """Who sells and buys what: 40 people, 5,000 customers, 10,000 articles; nothing if they are there."""
    from shunda.accounts.models import Region, User
    from shunda.customers.models import Customer

    if Customer.objects.filter(code="M00001").exists():
        return
    regions = [Region(code=f"M{n}", name=f"{name}大区") for n, name in enumerate(["华东", "华南", "华北", "西部"])]
    Region.objects.bulk_create(regions)
    User.objects.bulk_create(
        User(username=f"m{n:02}", name=f"销售{n:02}", password="!", date_joined=EPOCH) for n in range(PEOPLE)
    )
    _customers()
    _articles()
    cursor.execute("analyze")


def company(n: int) -> str:
    """The name of the n-th customer: each another one."""
    names = _COMPANIES
    place, name, trade, form = names[n * 7919 % len(names)]
    return f"{place}{name}{trade}{form}"


_COMPANIES = list(product(PLACES, NAMES, TRADES, FORMS))


def _customers() -> None:
    from shunda.accounts.models import Region, User
    from shunda.core.search import search_text
    from shunda.customers.models import Customer, PaymentTerm

    people = list(User.objects.filter(username__startswith="m").order_by("pk").values_list("pk", flat=True)[:PEOPLE])
    regions = list(Region.objects.filter(code__startswith="M").order_by("pk").values_list("pk", flat=True))
    term = PaymentTerm.objects.get(code="credit30")
    Customer.objects.bulk_create(
        (
            Customer(
                code=f"M{n:05}", name=company(n), short_name=company(n)[:4], term=term, created_at=EPOCH,
                owner_id=people[n % len(people)], region_id=regions[n % len(regions)],
                phone=f"138{n * 7919 % 10**8:08}", grade="ABC"[n % 3],
                search_text=search_text(f"M{n:05}", company(n), company(n)[:4], f"138{n * 7919 % 10**8:08}"),
            )
            for n in range(1, CUSTOMERS + 1)
        ),
        batch_size=2000,
    )  # fmt: skip


def _articles() -> None:
    from shunda.catalog.models import Category, Product, Sku, Unit
    from shunda.core.search import search_text

    unit = Unit.objects.get(code="pc")
    category = Category.objects.create(code="M", name="传动件")
    products = Product.objects.bulk_create(
        (
            Product(
                code=f"M-{6000 + n}", name=f"{GOODS[n % 10]} {6000 + n}", model=f"{6000 + n}-2RS", category=category,
                unit=unit, tax_rate=Decimal("0.13"),
            )
            for n in range(SKUS)
        ),
        batch_size=2000,
    )  # fmt: skip
    Sku.objects.bulk_create(
        (Sku(product=p, code=p.code, search_text=search_text(p.code, p.name, p.model)) for p in products),
        batch_size=2000,
    )


def _orders(cursor: Any, first: int, last: int) -> None:
    """Orders number first+1 to last, their lines, shipments and invoices."""
    from shunda.billing.models import Invoice
    from shunda.fulfilment.models import Shipment
    from shunda.orders.models import Order, OrderLine

    cursor.execute("drop table if exists made_lines, made_orders")
    cursor.execute(_MADE_LINES, [first + 1, last])
    cursor.execute(_MADE_ORDERS.format(status=STATUS), [FIRST_DAY, ORDERS_A_DAY])
    cursor.execute("analyze made_lines, made_orders")
    _insert(cursor, Order, _ORDER, "made_orders o order by o.id")
    _insert(cursor, OrderLine, _LINE, "made_lines l join made_orders o on o.g = l.g order by l.g, l.k")
    _insert(cursor, Shipment, _SHIPMENT, f"made_orders o where {_SENT} order by o.id")
    _insert(cursor, Invoice, _INVOICE, "made_orders o where o.status in ('completed', 'archived') order by o.id")


def _insert(cursor: Any, model: Any, given: Mapping[str, str], source: str) -> None:
    """Insert-select; columns that are not given take the model's own default."""
    columns: list[str] = []
    values: list[str] = []
    parameters: list[Any] = []
    for field in model._meta.local_concrete_fields:
        if field.generated or (field.primary_key and field.column not in given):
            continue
        columns.append(f'"{field.column}"')
        if field.column in given:
            values.append(given[field.column].replace("%", "%%"))
        else:
            values.append("%s")
            default = None if field.null and not field.has_default() else field.get_default()
            parameters.append(field.get_db_prep_save(default, cursor.db))
    into = f"insert into {model._meta.db_table} ({', '.join(columns)})"
    cursor.execute(f"{into} select {', '.join(values)} from {source.replace('%', '%%')}", parameters)


_MADE_LINES = """
create temp table made_lines as
select g, k, s.id sku_id, s.name, 1 + (g + k) %% 9 quantity, 9.90 + s.id %% 100 price,
       round((1 + (g + k) %% 9) * (9.90 + s.id %% 100), 2) gross
from generate_series(%s::bigint, %s::bigint) g cross join lateral generate_series(1, 1 + g %% 3) k
join (select k.id, p.name, row_number() over (order by k.id) - 1 n
      from catalog_sku k join catalog_product p on p.id = k.product_id where k.code like 'M-%%') s
  on s.n = (g * 31 + k * 2741) %% 10000
"""

_MADE_ORDERS = """
create temp table made_orders as
select l.g, (select coalesce(max(id), 0) from orders_order) + row_number() over (order by l.g) id,
       {status} status, h.n, d.day, l.g %% 1000 + 1 serial,
       d.day + time '01:00' + (l.g %% 600) * interval '1 minute' as at,
       l.gross, l.net, c.id customer_id, c.name customer_name, c.owner_id, c.region_id, c.term_id
from (select g, sum(gross) gross, sum(round(gross / 1.13, 2)) net from made_lines group by g) l
cross join lateral (select %s::date + (l.g / %s)::int as day) d
cross join lateral (select (hashint8(l.g)::bigint & 2147483647) %% 1000 as n) h
join (select *, row_number() over (order by id) - 1 n from customers_customer where code like 'M%%') c
  on c.n = (l.g * 7 + (l.g %% 13) * (l.g %% 17)) %% 5000
"""

_DAY = "to_char(o.day, 'YYYYMMDD') || lpad(o.serial::text, 4, '0')"
_ORDER = {
    "id": "o.id",
    "number": f"'SO' || {_DAY}",
    "status": "o.status",
    "customer_id": "o.customer_id",
    "customer_name": "o.customer_name",
    "owner_id": "o.owner_id",
    "created_by_id": "o.owner_id",
    "region_id": "o.region_id",
    "term_id": "o.term_id",
    "warehouse_id": "(select min(id) from inventory_warehouse)",
    "shop": "'M'",
    "channel": "(array['phone', 'email', 'web', 'file', 'api'])[1 + o.g % 5]",
    "customer_reference": "case when o.g % 3 = 0 then 'PO-' || (o.g * 37) else '' end",
    "external_number": "case when o.g % 5 = 2 then 'T' || (1000000000 + o.g) else '' end",
    "net": "o.net",
    "tax": "o.gross - o.net",
    "gross": "o.gross",
    "invoiced": "case when o.status in ('completed', 'archived') then o.gross else 0 end",
    "paid": "case when o.status in ('completed', 'archived') then o.gross else 0 end",
    "order_date": "o.day",
    "wanted_date": "o.day + 7",
    "urgent": "o.g % 50 = 0",
    "delivery": "case when o.status in ('completed', 'archived', 'cancelled') then 3"
    " when o.status = 'confirmed' and o.g % 2 = 0 then 2 else 0 end",
    "created_at": "o.at",
    "submitted_at": "case when o.status <> 'draft' then o.at + interval '1 hour' end",
    "confirmed_at": "case when o.status in ('confirmed', 'completed', 'archived') then o.at + interval '5 hours' end",
    "completed_at": "case when o.status in ('completed', 'archived') then o.at + interval '9 days' end",
    "archived_at": "case when o.status = 'archived' then o.at + interval '40 days' end",
    "cancelled_at": "case when o.status = 'cancelled' then o.at + interval '2 days' end",
    "round": "case when o.status = 'draft' then 0 else 1 end",
}
_SENT = "o.status in ('completed', 'archived') or o.status = 'confirmed' and o.g % 2 = 0"
_GONE = f"case when {_SENT} then l.quantity else 0 end"
_ENDED = "case when o.status in ('completed', 'archived') then l.quantity else 0 end"
_LINE = {
    "order_id": "o.id",
    "line_no": "l.k",
    "sku_id": "l.sku_id",
    "name": "l.name",
    "unit_id": "(select id from catalog_unit where code = 'pc')",
    "quantity": "l.quantity",
    "base_quantity": "l.quantity",
    "unit_price": "l.price",
    "tax_rate": "0.13",
    "net": "round(l.gross / 1.13, 2)",
    "tax": "l.gross - round(l.gross / 1.13, 2)",
    "gross": "l.gross",
    "planned": _GONE,
    "shipped": _GONE,
    "signed": _ENDED,
    "invoiced": _ENDED,
    "cancelled": "case when o.status = 'cancelled' then l.quantity else 0 end",
}
_SHIPMENT = {
    "number": f"'SH' || {_DAY}",
    "order_id": "o.id",
    "warehouse_id": "(select min(id) from inventory_warehouse)",
    "status": "case when o.status = 'confirmed' then 'shipped' else 'signed' end",
    "tracking_number": "case when o.g % 2 = 0 then 'SF' || (100000000000 + o.g * 7) else '' end",
    "created_at": "o.at + interval '1 day'",
    "picked_at": "o.at + interval '1 day'",
    "packed_at": "o.at + interval '1 day'",
    "shipped_at": "o.at + interval '2 days'",
    "signed_at": "case when o.status <> 'confirmed' then o.at + interval '4 days' end",
}
_INVOICE = {
    "number": f"'IV' || {_DAY}",
    "kind": "'special'",
    "order_id": "o.id",
    "customer_id": "o.customer_id",
    "status": "'issued'",
    "buyer_name": "o.customer_name",
    "net": "o.net",
    "tax": "o.gross - o.net",
    "gross": "o.gross",
    "paid": "o.gross",
    "created_at": "o.at + interval '5 days'",
    "issued_at": "o.at + interval '5 days'",
    "due_date": "o.day + 35",
}


def main(arguments: Sequence[str]) -> int:
    """Prepare the database that DATABASE_URL names and fill it."""
    if len(arguments) != 1 or not arguments[0].isdigit() or "DATABASE_URL" not in os.environ:
        print(__doc__, file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shunda.wiring.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from shunda.wiring.setup import prepare

    call_command("migrate", verbosity=0)
    prepare()
    started = time.perf_counter()
    fill(int(arguments[0]))
    print(f"{arguments[0]} orders in {time.perf_counter() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

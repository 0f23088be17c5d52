"""The company before its first order: people, regions, warehouses, carriers, goods, prices, customers, limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from shunda.accounts import actions as accounts
from shunda.accounts.models import Role, User
from shunda.accounts.queries import actors_for
from shunda.accounts.specs import RegionSpec, UserSpec
from shunda.catalog import actions as catalog
from shunda.catalog.models import Product, Sku, Unit
from shunda.catalog.specs import CategorySpec, ConversionSpec, ProductSpec, SkuSpec, UnitSpec
from shunda.core.actor import Actor, system
from shunda.core.batch import Outcome
from shunda.credit import actions as credit
from shunda.credit.specs import LimitSpec
from shunda.customers import actions as customers
from shunda.customers.models import Contact, Customer, PaymentTerm
from shunda.customers.specs import AddressSpec, ContactSpec, CustomerSpec
from shunda.demo.data import rows
from shunda.fulfilment import actions as fulfilment
from shunda.fulfilment.models import Carrier
from shunda.fulfilment.specs import CarrierSpec
from shunda.inventory import actions as inventory
from shunda.inventory.models import Warehouse
from shunda.inventory.specs import WarehouseSpec
from shunda.pricing import actions as pricing
from shunda.pricing.specs import ListSpec, PriceBook, PriceRow

T = TypeVar("T")

ZONE = ZoneInfo("Asia/Shanghai")
FOUNDED = date(1996, 7, 1)
NEW_PRICES = date(1997, 4, 5)
PASSWORD = "shunda-demo-830"  # noqa: S105  # the demo's own, printed for everybody
LOWEST = Decimal("0.55")  # of the list price: the floor nobody sells under

REGIONS = {"na": "北美区", "sa": "南美区", "we": "西欧区", "ce": "中北欧区"}
WAREHOUSES = {"SEA": ("西雅图仓 Seattle", "na"), "LON": ("伦敦仓 London", "we")}
SERVES = {"na": "SEA", "sa": "SEA", "we": "LON", "ce": "LON"}
TERMS = {"on_delivery": "cod"}
UNITS = {"case": "box"}
TRACKING = {
    "UPS": "https://www.ups.com/track?tracknum={number}",
    "DHL": "https://www.dhl.com/en/express/tracking.html?AWB={number}",
}


@dataclass(frozen=True, slots=True)
class Company:
    """Who and what there is, by the keys of the data."""

    staff: Mapping[str, Actor]  # by role: the one who does that work
    employees: Mapping[str, int]  # user by employee number
    warehouses: Mapping[str, int]
    carriers: Mapping[str, int]
    skus: Mapping[str, int]
    products: Mapping[str, int]
    customers: Mapping[str, int]
    contacts: Mapping[int, int]  # the contact who signs, by customer
    served: Mapping[str, str]  # by customer: the warehouse that delivers


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of that day on the company's clock."""
    return datetime.combine(day, time(hour, minute), ZONE)


def done(outcome: Outcome[T]) -> list[T]:
    """Everything was done, or the demo is wrong."""
    if outcome.refused:
        raise RuntimeError("; ".join(f"{r.code} {dict(r.data)}" for r in outcome.refused[:5]))
    return outcome.done


def found() -> None:
    """Set the company up as of 1 July 1996."""
    now, root = at(FOUNDED, 8), system("demo", "demo")
    regions = {r.code: r.pk for r in done(accounts.create_regions(_regions(), by=root, at=now))}
    users = _people(regions, root, now)
    staff = _staff(users)
    _warehouses(regions, staff, now)
    _carriers(staff["logistics"], now)
    _goods(staff["administrator"], now)
    _prices(staff["sales_manager"])
    parties = _customers(regions, users, staff["sales_manager"], now)
    _limits(parties, staff["finance"], now)


def recall() -> Company:
    """The company as it was set up."""
    users = {user.username: user for user in User.objects.all()}
    carriers = dict(Carrier.objects.values_list("code", "pk"))
    skus = dict(Sku.objects.values_list("code", "pk"))
    products = dict(Product.objects.values_list("code", "pk"))
    return Company(
        staff=_staff(users),
        employees={row["employee"]: users[row["username"]].pk for row in rows("staff") if row["employee"]},
        warehouses=dict(Warehouse.objects.values_list("code", "pk")),
        carriers={row["id"]: carriers[row["code"]] for row in rows("carriers")},
        skus={row["id"]: skus[row["code"]] for row in rows("products")},
        products={row["id"]: products[row["code"]] for row in rows("products")},
        customers=dict(Customer.objects.values_list("code", "pk")),
        contacts=dict(Contact.objects.filter(is_default=True).values_list("customer", "pk")),
        served={row["code"]: SERVES[row["region"]] for row in rows("customers")},
    )


def _regions() -> list[RegionSpec]:
    return [RegionSpec(code, name) for code, name in REGIONS.items()]


def _people(regions: Mapping[str, int], by: Actor, now: datetime) -> dict[str, User]:
    roles = dict(Role.objects.values_list("code", "pk"))
    specs = [
        UserSpec(
            username=row["username"],
            name=row["name"],
            title=row["title"],
            role_ids=[roles[row["role"]]],
            region_ids=[regions["we"], regions["ce"]] if row["role"] == "regional_manager" else [],
            email=f"{row['username']}@northwind.example",
            password=PASSWORD,
            must_change_password=False,
        )
        for row in rows("staff")
    ]
    return {user.username: user for user in done(accounts.create_users(specs, by=by, at=now))}


def _staff(users: Mapping[str, User]) -> dict[str, Actor]:
    """The first person of each role does its work in the replay."""
    first: dict[str, int] = {}
    for row in rows("staff"):
        first.setdefault(row["role"], users[row["username"]].pk)
    actors = actors_for(first.values(), source="demo")
    return {role: actors[pk] for role, pk in first.items()}


def logins() -> list[tuple[str, str, str]]:
    """(role, user name, password): one for each role."""
    first: dict[str, str] = {}
    for row in rows("staff"):
        first.setdefault(row["role"], row["username"])
    return [(role, username, PASSWORD) for role, username in first.items()]


def _warehouses(regions: Mapping[str, int], staff: Mapping[str, Actor], now: datetime) -> None:
    specs = [WarehouseSpec(code, name, regions[region]) for code, (name, region) in WAREHOUSES.items()]
    done(inventory.create_warehouses(specs, by=staff["warehouse_head"], at=now))
    # the one every start makes sure of would be taken where an order names none, and nothing lies there
    spare = Warehouse.objects.exclude(code__in=WAREHOUSES).values_list("pk", flat=True)
    inventory.edit_warehouses({pk: {"active": False} for pk in spare}, by=staff["warehouse_head"], at=now)


def _carriers(by: Actor, now: datetime) -> None:
    specs = [CarrierSpec(r["code"], r["name"], r["phone"], TRACKING.get(r["code"], "")) for r in rows("carriers")]
    done(fulfilment.create_carriers(specs, by=by, at=now))


def _goods(by: Actor, now: datetime) -> None:
    units = dict(Unit.objects.values_list("code", "pk"))
    missing = [
        UnitSpec(code, name, name_en)
        for code, name, name_en in (("pack", "包", "pack"), ("bottle", "瓶", "bottle"))
        if code not in units
    ]
    units |= {unit.code: unit.pk for unit in done(catalog.create_units(missing, by=by, at=now))}
    dozen = [ConversionSpec(units["dozen"], units[base], 12) for base in ("pc", "bottle")]
    done(catalog.set_conversions(dozen, by=by, at=now))
    classes = list(rows("categories"))
    specs = [CategorySpec(r["code"], r["name"], r["name_en"], tax_rate=Decimal(r["tax_rate"])) for r in classes]
    made = done(catalog.create_categories(specs, by=by, at=now))
    categories = {row["id"]: category.pk for row, category in zip(classes, made, strict=True)}
    done(catalog.create_products([_product(r, categories, units) for r in rows("products")], by=by, at=now))


def _product(row: Mapping[str, str], categories: Mapping[str, int], units: Mapping[str, int]) -> ProductSpec:
    return ProductSpec(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        category_id=categories[row["category"]],
        unit_id=units[UNITS.get(row["unit"], row["unit"])],
        specification=row["specification"],
        skus=[SkuSpec(row["code"], barcode=row["barcode"])],
    )


def _prices(by: Actor) -> None:
    """The list of 1996 and the one that followed it, both without tax."""
    now = at(FOUNDED, 9)
    specs = [
        ListSpec("NW-1996", "1996年标准价目表", FOUNDED, date(1997, 4, 4), includes_tax=False),
        ListSpec("NW-1997", "标准价目表", NEW_PRICES, includes_tax=False),
    ]
    old, new = done(pricing.create_lists(specs, by=by, at=now))
    books = [PriceBook(made.pk, list(_price_rows(column))) for made, column in ((old, "old_price"), (new, "price"))]
    outcome: Any = pricing.set_prices(books, by=by, at=now)
    done(outcome)


def _price_rows(column: str) -> list[PriceRow]:
    return [
        PriceRow(number, row["code"], row[column], floor=f"{Decimal(row[column]) * LOWEST:.2f}")
        for number, row in enumerate(rows("products"), 1)
    ]


def _customers(regions: Mapping[str, int], users: Mapping[str, User], by: Actor, now: datetime) -> dict[str, Customer]:
    terms = dict(PaymentTerm.objects.values_list("code", "pk"))
    owners = {row["employee"]: users[row["username"]].pk for row in rows("staff") if row["employee"]}
    specs = [_customer(row, regions, terms, owners) for row in rows("customers")]
    made = done(customers.create_customers(specs, by=by, at=now))
    return {customer.code: customer for customer in made}


def _customer(
    row: Mapping[str, str], regions: Mapping[str, int], terms: Mapping[str, int], owners: Mapping[str, int]
) -> CustomerSpec:
    note = f"原电话 original phone: {row['original_phone']}" if row["original_phone"] else ""
    address = AddressSpec(
        street=row["street"],
        city=row["city"],
        province=row["province"],
        postcode=row["postcode"],
        country=row["country"],
        receiver=row["contact"],
        phone=row["phone"],
        is_default=True,
    )
    return CustomerSpec(
        code=row["code"],
        name=row["name"],
        country=row["country"],
        phone=row["phone"],
        customer_class=row["class"],
        grade=row["grade"],
        industry=row["industry"],
        region_id=regions[row["region"]],
        owner_id=owners[row["owner"]],
        term_id=terms[TERMS.get(row["term"], row["term"])],
        note=note,
        addresses=[address],
        contacts=[ContactSpec(row["contact"], row["title"], row["phone"], is_default=True)],
    )


def _limits(parties: Mapping[str, Customer], by: Actor, now: datetime) -> None:
    specs = [
        LimitSpec(parties[row["code"]].pk, Decimal(row["credit_limit"]), "开户额度 opening limit")
        for row in rows("customers")
        if row["credit_limit"] != "0"
    ]
    done(credit.set_limits(specs, by=by, at=now))

"""What the columns of a file mean, and what to do in doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.utils.translation import gettext_lazy as _

from shunda.channels import reasons
from shunda.core.refusal import Refusal

TARGETS: dict[str, Any] = {
    "reference": _("order or invoice number"),
    "sku": _("SKU or barcode"),
    "name": _("product name"),
    "quantity": _("quantity"),
    "unit": _("unit"),
    "price": _("unit price"),
    "discount": _("discount"),
    "ordered": _("order date"),
    "customer": _("customer code"),
    "customer_name": _("customer name"),
    "country": _("country"),
    "receiver": _("receiver"),
    "phone": _("receiver's phone"),
    "province": _("province"),
    "city": _("city"),
    "district": _("district"),
    "street": _("street and number"),
    "postcode": _("postcode"),
    "wanted": _("wanted delivery date"),
    "note": _("note"),
}
"""What a column can mean."""

REQUIRED = ("reference", "sku", "quantity", "price")
EXTRA = ("receiver", "phone", "province", "city", "district", "street", "postcode", "wanted", "note")
"""Targets kept together in one column of the staging table: they are passed on as they are."""

REPORT, CREATE = "report", "create"
KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of file is read. ``columns`` gives for each target the headings it may stand under.

    In doubt: unknown SKUs and customers are reported or created; lines without a customer go to ``walk_in`` or are
    reported; repeated lines are kept (and noted) or reported. ``codes`` names SKU codes that are no goods.
    ``historical`` makes the date of the invoice the order's date; otherwise an order is made on the day of its import.
    With ``place`` orders are placed at once (priced, promised, confirmed or handed to review) instead of being drafts;
    what happened long ago is not.
    """

    code: str
    name: str
    columns: Table[str, Sequence[str]]
    channel: str = "file"
    shop: str = ""
    currency: str = "CNY"
    prices_include_tax: bool = True
    tax_rate: str | None = None
    cancellation_prefix: str = ""
    walk_in: str = ""
    unknown_skus: str = REPORT
    unknown_customers: str = REPORT
    duplicates: str = KEEP
    codes: Table[str, str] = field(default_factory=dict)
    countries: Table[str, str] = field(default_factory=dict)
    historical: bool = False
    place: bool = False
    warehouse: str = ""
    term: str = ""
    category: str = "IMPORTED"
    unit: str = "pc"

    def as_dict(self) -> dict[str, Any]:
        """For storing beside the run it was used for."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Table[str, Any]) -> Mapping:
        """From what was stored; what a newer version added has its default."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


STANDARD = Mapping(
    code="standard",
    name="Shunda",
    columns={
        "reference": ["订单号", "外部单号", "客户订单号", "order number", "order", "reference"],
        "sku": ["SKU", "商品编码", "产品编码", "条码", "barcode", "product code", "item"],
        "name": ["产品名称", "商品名称", "product name", "name", "description"],
        "quantity": ["数量", "quantity", "qty"],
        "unit": ["单位", "unit"],
        "price": ["单价", "unit price", "price"],
        "discount": ["折扣", "discount"],
        "ordered": ["下单日期", "订单日期", "order date", "date"],
        "customer": ["客户编码", "客户编号", "customer code", "customer"],
        "customer_name": ["客户名称", "customer name"],
        "country": ["国家", "country"],
        "receiver": ["收货人", "receiver"],
        "phone": ["收货电话", "电话", "手机", "phone"],
        "province": ["省", "省份", "province"],
        "city": ["市", "城市", "city"],
        "district": ["区", "区县", "district"],
        "street": ["详细地址", "地址", "street", "address"],
        "postcode": ["邮编", "postcode"],
        "wanted": ["期望交付日期", "交付日期", "wanted delivery date", "delivery date"],
        "note": ["备注", "note"],
    },
)

ONLINE_RETAIL = Mapping(
    code="online_retail",
    name="UCI Online Retail",
    columns={
        "reference": ["InvoiceNo"],
        "sku": ["StockCode"],
        "name": ["Description"],
        "quantity": ["Quantity"],
        "ordered": ["InvoiceDate"],
        "price": ["UnitPrice"],
        "customer": ["CustomerID"],
        "country": ["Country"],
    },
    channel="mall",
    shop="online-retail",
    currency="GBP",
    prices_include_tax=False,
    tax_rate="0.175",  # British VAT in December 2010
    cancellation_prefix="C",
    walk_in="WALK-IN",
    unknown_skus=CREATE,
    unknown_customers=CREATE,
    codes={
        "POST": "freight", "DOT": "freight", "C2": "freight", "M": "freight", "D": "discount",
        "S": "fee", "AMAZONFEE": "fee", "BANK CHARGES": "fee", "CRUK": "fee", "PADS": "fee", "B": "fee",
    },
    countries={
        "United Kingdom": "GB", "Germany": "DE", "France": "FR", "EIRE": "IE", "Norway": "NO", "Portugal": "PT",
        "Belgium": "BE", "Cyprus": "CY", "Spain": "ES", "Netherlands": "NL", "Japan": "JP", "Switzerland": "CH",
        "Italy": "IT", "Australia": "AU", "Lithuania": "LT", "Iceland": "IS", "Sweden": "SE", "Denmark": "DK",
        "Channel Islands": "JE", "Finland": "FI", "Austria": "AT", "Poland": "PL", "Israel": "IL", "Bahrain": "BH",
        "Hong Kong": "HK", "Singapore": "SG", "Greece": "GR", "USA": "US", "Canada": "CA", "Brazil": "BR",
        "United Arab Emirates": "AE", "Lebanon": "LB", "Malta": "MT", "Czech Republic": "CZ", "Saudi Arabia": "SA",
        "RSA": "ZA",
    },
    historical=True,
)  # fmt: skip

BUILT_IN = {mapping.code: mapping for mapping in (STANDARD, ONLINE_RETAIL)}


def plain(heading: str) -> str:
    """A heading as it is compared: without case, blanks and signs."""
    return re.sub(r"[\W_]+", "", heading).casefold()


def positions(mapping: Mapping, header: Sequence[str]) -> tuple[dict[str, int], list[Refusal]]:
    """In which column each target stands; refused when a required one is missing or a heading stands twice."""
    places: dict[str, list[int]] = {}
    for index, heading in enumerate(header):
        places.setdefault(plain(heading), []).append(index)
    found: dict[str, int] = {}
    refused: list[Refusal] = []
    for target, headings in mapping.columns.items():
        hits = [place for heading in headings for place in places.get(plain(heading), [])]
        if len(hits) > 1 and len({plain(header[place]) for place in hits}) == 1:
            refused.append(reasons.COLUMN_TWICE(heading=header[hits[0]], where=target))
        elif hits:
            found[target] = hits[0]
    listed = ", ".join(heading for heading in header if heading) or "–"
    for target in REQUIRED:
        if target not in found and not any(refusal.data["where"] == target for refusal in refused):
            wanted = ", ".join(mapping.columns.get(target, ()))
            refused.append(reasons.COLUMN_MISSING(wanted=wanted, header=listed[:500], where=target))
    return found, refused


def recognise(header: Sequence[str], mappings: Sequence[Mapping]) -> Mapping | None:
    """The mapping that knows most columns of this header and lacks none it requires."""
    fitting = [(len(found), mapping) for mapping in mappings for found, no in [positions(mapping, header)] if not no]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None

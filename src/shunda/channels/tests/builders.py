"""Files for imports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shunda.catalog.tests.builders import sku, unit
from shunda.channels import files
from shunda.channels.models import StagedLine
from shunda.channels.report import Report
from shunda.core.actor import system
from shunda.customers.tests.builders import customer, term
from shunda.inventory.tests.builders import warehouse

AT = datetime(2026, 5, 6, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
RETAIL_HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
HEAD = "order number,SKU,quantity,unit,price,discount,order date,customer code,wanted delivery date,note\n"


def world() -> None:
    """What files of orders refer to: a warehouse, payment terms, the SKU A-1, the customer C1."""
    warehouse()
    unit()
    term("prepaid")
    sku("A-1", barcode="6901234567892")
    customer("C1")


def file(folder: Path, text: str, name: str = "orders.csv") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def run(path: Path, **options: Any) -> Report:
    """Import a file as the system; ``preview`` books nothing."""
    return files.import_orders(path, by=options.pop("by", system()), at=AT, **options)


def reasons(report: Report) -> dict[int, str]:
    """Why lines were reported, by row."""
    rows = StagedLine.objects.filter(run=report.run.pk, result="reported").order_by("row")
    return {row: code.removeprefix("channels.") for row, code in rows.values_list("row", "code")}

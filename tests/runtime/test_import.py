from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.utils import translation

from shunda.cli import imports
from shunda.orders.models import Order
from shunda.wiring import setup

pytestmark = pytest.mark.django_db
ORDERS = "order number,SKU,quantity,price,customer code\nA1,NOSUCH,2,9.90,C1\nA1,NOSUCH,0,9.90,C1\n"


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "application", nullcontext)
    setup.prepare()


def shunda(*arguments: str) -> Result:
    with translation.override("en"):
        return CliRunner().invoke(imports.command, arguments)


@pytest.mark.parametrize("options", [(), ("--preview",)])
def test_each_line_of_a_file_is_in_an_order_or_reported_with_its_reason(tmp_path: Path, options: tuple[str, ...]):
    file, report = tmp_path / "orders.csv", tmp_path / "report.csv"
    file.write_text(ORDERS)
    done = shunda("orders", str(file), "--report", str(report), *options)
    assert done.exit_code == 0, done.output
    assert "the file: 1 invoices, 2 lines, 19.80" in done.output
    assert "NOSUCH" in done.output
    assert report.read_text().count(",NOSUCH,") == 2
    assert not Order.objects.exists()


def test_a_file_that_is_no_table_and_one_without_the_columns_are_refused(tmp_path: Path):
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    (tmp_path / "other.csv").write_text("first name,last name\nAda,Lovelace\n")
    for name in ("picture.csv", "other.csv"):
        refused = shunda("orders", str(tmp_path / name))
        assert refused.exit_code == 1
        assert refused.output.startswith("Error: ")
    assert shunda("orders", str(tmp_path / "absent.csv")).exit_code == 2
    assert shunda("orders", str(tmp_path / "other.csv"), "--mapping", "nosuch").exit_code == 1


def test_orders_of_a_file_of_lines_are_placed_without_preview(tmp_path: Path):
    file, report = tmp_path / "orders.ndjson", tmp_path / "report.csv"
    file.write_text('{"customer_id": 1, "lines": [{"sku": "NOSUCH", "quantity": "1"}]}\n')
    done = shunda("orders", str(file), "--report", str(report))
    assert done.exit_code == 0, done.output
    assert "0 orders placed, 0 were placed before, 1 refused." in done.output
    assert len(report.read_text().splitlines()) >= 2
    refused = shunda("orders", str(file), "--preview")
    assert (refused.exit_code, refused.output[:6]) == (1, "Error:")

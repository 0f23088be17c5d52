"""Prove the large promises on a server of their own, with everything durable switched on: ``make proof``.

The demo company is built whole and its figures compared; a real month of orders is imported, a second time, and ten
times as long. Printed are the figures, the CPU time of what each took, and the most memory the importing process had.
Takes some minutes, so it is no part of ``make test``.
"""

from __future__ import annotations

import csv
import gzip
import os
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import psutil
import psycopg

MONTH = Path(__file__).parents[1] / "src/shunda/demo/data/online_retail/online_retail_2010-12.csv.gz"
FIGURES = """
select (select count(*) from catalog_product), (select count(*) from customers_customer),
       (select count(*) from fulfilment_carrier), (select count(*) from orders_order),
       (select count(distinct order_id) from fulfilment_shipment where status = 'signed'),
       (select sum(quantity * unit_price * (1 - discount_rate)) from orders_orderline),
       (select sum(net) from orders_orderline), (select sum(freight) from orders_order)
"""
NORTHWIND = (77, 91, 6, 830, 809, Decimal("1265793.0395"), Decimal("1265793.02"), Decimal("64942.69"))
ENDED = "select sum(amount), count(*), count(*) filter (where result = '') from channels_stagedline where run_id = %s"
LAST_RUN = "select max(id) from channels_importrun"
MONTH_ENDS = (Decimal("748957.02"), 42_481, 0)
TIMES = 10
MOST_MEMORY = 300 * 2**20
LEAST_RATE = 2_000
SECONDS = 60


def shunda(url: str, *arguments: str) -> tuple[float, int]:
    """Run a command; gives how long it took and the most memory its process had (resident, in bytes)."""
    start, most = time.monotonic(), 0
    environment = os.environ | {"DATABASE_URL": url, "SHUNDA_LANG": "en"}
    process = psutil.Popen([sys.executable, "-m", "shunda.cli", *arguments], env=environment, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            most = max(most, process.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(0.05)
    if process.wait():
        sys.exit(f"shunda {' '.join(arguments)} ended with {process.returncode}")
    return time.monotonic() - start, most


def database(server: str, name: str) -> str:
    """A new database on the server."""
    base = server.rsplit("/", 1)[0]
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    url = f"{base}/{name}"
    shunda(url, "prepare", "--no-demo")
    return url


def ask(url: str, question: str, *values: object) -> tuple:
    """One row."""
    with psycopg.connect(url) as connection:
        return connection.execute(question, values).fetchone()


def check(what: str, found: object, wanted: object) -> None:
    """Say what was found; what is not as wanted ends the proof."""
    if found != wanted:
        sys.exit(f"{what}: {found}, not {wanted}")
    print(f"  {what}: {found}")


def within(what: str, value: float, limit: float, unit: str, *, least: bool = False) -> bool:
    """Say a measurement beside its limit; whether it is kept."""
    kept = value >= limit if least else value <= limit
    print(
        f"  {what}: {value:,.0f} {unit} ({'at least' if least else 'at most'} {limit:,.0f}){'' if kept else '  MISSED'}"
    )
    return kept


def demo(server: str) -> bool:
    """The whole demo company."""
    print("The demo company")
    url = database(server, "proof_demo")
    seconds, _memory = shunda(url, "demo")
    found = tuple(Decimal(value).normalize() if isinstance(value, Decimal) else value for value in ask(url, FIGURES))
    check("figures", found, NORTHWIND)
    shunda(url, "verify")
    print("  shunda verify: 0 differences")
    return within("built in", seconds, SECONDS, "s")


def month(server: str) -> bool:
    """The real month, twice, and as Excel."""
    print("A real month of orders")
    url = database(server, "proof_month")
    seconds, memory = shunda(url, "import", "orders", str(MONTH))
    [first] = ask(url, LAST_RUN)
    check("amount, lines, lines nowhere", ask(url, ENDED, first), MONTH_ENDS)
    [orders] = ask(url, "select count(*) from orders_order")
    shunda(url, "import", "orders", str(MONTH))
    check("orders after a second run", ask(url, "select count(*) from orders_order"), (orders,))
    shunda(url, "verify")
    kept = within("as a whole process", MONTH_ENDS[1] / seconds, LEAST_RATE, "lines a second", least=True)
    return within("memory", memory / 2**20, MOST_MEMORY / 2**20, "MiB") and kept


def long(server: str, folder: Path) -> bool:
    """Ten months' length in one file, every invoice of its own."""
    print(f"A file {TIMES} times as long")
    url, path = database(server, "proof_long"), folder / "long.csv"
    with gzip.open(MONTH, "rt", encoding="utf-8", newline="") as packed, path.open("w", newline="") as file:
        head, *lines = csv.reader(packed)
        writer = csv.writer(file)
        writer.writerow(head)
        for copy in range(TIMES):
            writer.writerows([f"{line[0]}-{copy}", *line[1:]] for line in lines)
    seconds, memory = shunda(url, "import", "orders", str(path))
    [run] = ask(url, LAST_RUN)
    amount, count, nowhere = MONTH_ENDS
    check("amount, lines, lines nowhere", ask(url, ENDED, run), (amount * TIMES, count * TIMES, nowhere))
    kept = within("as a whole process", count * TIMES / seconds, LEAST_RATE, "lines a second", least=True)
    return within("memory", memory / 2**20, MOST_MEMORY / 2**20, "MiB") and kept


def main() -> int:
    """All of it, or what is named."""
    from shunda.runtime.postgres import scratch_server

    parts = set(sys.argv[1:]) or {"demo", "month", "long"}
    server = scratch_server(durable=True)
    try:
        with tempfile.TemporaryDirectory(prefix="shunda-proof-") as folder:
            os.environ["SHUNDA_HOME"] = str(Path(folder) / "home")
            kept = [demo(server.url)] if "demo" in parts else []
            kept += [month(server.url)] if "month" in parts else []
            kept += [long(server.url, Path(folder))] if "long" in parts else []
    finally:
        server.stop()
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())

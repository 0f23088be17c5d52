from pathlib import Path

from tests.torture.conftest import run_short


def test_ledgers_equal_balances_whatever_is_done_at_once(torture_home: Path):
    run_short("mixed", torture_home)

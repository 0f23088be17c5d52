from pathlib import Path

from tests.torture.conftest import run_short


def test_a_backlog_drains_and_poison_is_parked(torture_home: Path):
    run_short("queue", torture_home)

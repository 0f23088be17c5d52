from pathlib import Path

from tests.torture.conftest import run_short


def test_an_order_that_was_acknowledged_survives_kill_9_of_every_part(torture_home: Path):
    run_short("kills", torture_home)

from pathlib import Path

from tests.torture.conftest import run_short


def test_without_a_connection_everybody_is_told_to_come_again_and_nothing_is_lost(torture_home: Path):
    run_short("starve", torture_home)

from pathlib import Path

from tests.torture.conftest import run_short


def test_as_many_pieces_are_sold_as_there_are_to_however_many_buyers(torture_home: Path):
    run_short("rush", torture_home)

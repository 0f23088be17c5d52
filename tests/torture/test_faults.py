from pathlib import Path

from tests.torture.conftest import run_short


def test_bad_callers_and_a_bad_database_get_clear_answers_and_nothing_is_lost(torture_home: Path):
    run_short("faults", torture_home)

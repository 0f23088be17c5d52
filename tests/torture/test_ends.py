from pathlib import Path

from tests.torture.conftest import run_short


def test_what_was_accepted_before_sigterm_is_finished_and_answered(torture_home: Path):
    run_short("ends", torture_home)

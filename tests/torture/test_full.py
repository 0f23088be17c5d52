from pathlib import Path

import pytest

from tests.torture.conftest import run_short
from tests.torture.full import why_not


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_on_a_full_disk_everybody_is_told_so_and_with_room_it_goes_on(torture_home: Path):
    run_short("full", torture_home)

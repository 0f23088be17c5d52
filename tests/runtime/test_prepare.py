import psycopg
import pytest

from shunda.cli import stamp
from shunda.runtime.postgres import Server
from tests.runtime.conftest import Installation


@pytest.mark.slow
def test_a_first_start_that_was_killed_begins_again_and_a_finished_one_is_left_alone(prepared: Installation):
    server = Server(prepared.home)
    server.start()
    assert "Preparing" not in prepared.run("prepare").stdout
    with psycopg.connect(server.url) as connection:
        connection.execute("create table half_built ()")
    stamp.begin(server.url)

    again = prepared.run("prepare", "--no-demo")
    assert again.returncode == 0, again.stderr
    assert "beginning again" in again.stderr
    assert stamp.read(server.url)["first_start"] == "empty"
    with psycopg.connect(server.url) as connection:
        assert connection.execute("select to_regclass('half_built')").fetchone() == (None,)
        assert connection.execute("select count(*) > 10 from accounts_role").fetchone() == (True,)
    assert "Preparing" not in prepared.run("prepare").stdout

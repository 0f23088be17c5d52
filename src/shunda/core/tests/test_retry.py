"""What the database does to a transaction, and who notices."""

import pytest
from django.db import OperationalError, connection, transaction
from prometheus_client import REGISTRY

from shunda.core import retry, sql
from shunda.core.models import Counter
from shunda.core.retry import transacted, travelled
from shunda.core.sql import Statement

pytestmark = pytest.mark.django_db(transaction=True)


def counted():
    Counter.objects.get_or_create(name="tries")
    with connection.cursor() as cursor:
        cursor.execute("update core_counter set value = value + 1 where name = 'tries' returning value")
        return cursor.fetchone()[0]


def first_time(statement):
    times = []

    def run():
        value = counted()
        times.append(value)
        if len(times) == 1:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        return value

    return run, times


def retries(why):
    return REGISTRY.get_sample_value("shunda_retries_total", {"why": why}) or 0


def test_a_race_or_a_lost_connection_is_begun_again_unseen_and_counted():
    statements = {
        "serialization": "do $$ begin raise exception using errcode = '40001'; end $$",
        "deadlock": "do $$ begin raise exception using errcode = '40P01'; end $$",
        "connection": "select pg_terminate_backend(pg_backend_pid())",
    }
    for number, (why, statement) in enumerate(statements.items(), 1):
        run, times = first_time(statement)
        before = retries(why)
        assert transacted(run) == number
        assert times == [number, number]
        assert retries(why) == before + 1


def test_a_connection_lost_while_committing_does_it_neither_twice_nor_not_at_all(monkeypatch):
    for arrived in (True, False):
        with monkeypatch.context() as patches:
            lose_the_commit(patches, arrived)


def lose_the_commit(monkeypatch, arrived):
    commit, calls = connection._commit, []

    def lost():
        calls.append(1)
        if len(calls) > 1 or arrived:
            commit()
        if len(calls) == 1:
            connection.connection.close()
            raise OperationalError("server closed the connection unexpectedly")

    Counter.objects.update_or_create(name="tries", defaults={"value": 0})
    monkeypatch.setattr(connection, "_commit", lost)
    assert transacted(counted) == 1
    assert Counter.objects.get(name="tries").value == 1
    assert len(calls) == (1 if arrived else 2)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_connection_lost_on_the_way_home_does_it_neither_twice_nor_not_at_all(monkeypatch, arrived):
    travels, commits = sql._travel, []

    def lost(driver, statements, meanwhile):
        if sql.COMMIT not in statements:
            return travels(driver, statements, meanwhile)
        commits.append(1)
        found = travels(driver, statements, meanwhile) if len(commits) > 1 or arrived else []
        if len(commits) == 1:
            driver.close()
            raise OperationalError("server closed the connection unexpectedly")
        return found

    def travel(journey):
        journey.out.go()
        tries.append(journey.again)
        return journey.home(Statement("update core_counter set value = value + 1 returning value", (), list))

    tries = []
    Counter.objects.update_or_create(name="tries", defaults={"value": 0})
    monkeypatch.setattr(sql, "_travel", lost)
    travelled(travel)
    assert Counter.objects.get(name="tries").value == 1
    assert (len(commits), tries) == ((1, [False]) if arrived else (2, [False, True]))


def test_what_does_not_pass_is_told_and_a_callers_transaction_is_not_begun_again(monkeypatch):
    monkeypatch.setattr(retry, "PAUSES", (0.0, 0.0))
    times = []

    def run():
        times.append(1)
        with connection.cursor() as cursor:
            cursor.execute("do $$ begin raise exception using errcode = '40P01'; end $$")

    with pytest.raises(OperationalError) as raised:
        transacted(run)
    assert (len(times), retry.sqlstate(raised.value), retry.serves_nobody(raised.value)) == (2, "40P01", False)
    run, times = first_time("do $$ begin raise exception using errcode = '40001'; end $$")
    with transaction.atomic(), pytest.raises(OperationalError):
        transacted(run)
    assert times == [1]

    for code, nobody in (("53100", True), ("53300", True), ("57P01", True), ("57014", False)):
        with pytest.raises(OperationalError) as raised, connection.cursor() as cursor:
            cursor.execute(f"do $$ begin raise exception using errcode = '{code}'; end $$")
        assert retry.serves_nobody(raised.value) is nobody

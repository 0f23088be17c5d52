"""Waiting for a connection: patiently, until somebody found that there is none to be had."""

import time

import pytest
from django.db import OperationalError, connection

from shunda.core.database.base import HOPELESS_SECONDS, DatabaseWrapper

PATIENCE = 0.6


@pytest.fixture
def wrappers(db):
    """Connections of a pool of one."""
    told = connection.settings_dict
    known = told | {"OPTIONS": {"pool": {"min_size": 1, "max_size": 1, "timeout": PATIENCE}}}
    made = [DatabaseWrapper(known, "default") for _ in range(3)]
    for one in made:
        one.inc_thread_sharing()
    yield made
    for one in made:
        one.close()
    made[0].close_pool()


def waited(wrapper):
    began = time.monotonic()
    with pytest.raises(OperationalError):
        wrapper.ensure_connection()
    return time.monotonic() - began


def test_after_one_waited_in_vain_the_others_only_look_until_one_gets_a_connection(wrappers):
    holder, second, third = wrappers
    holder.ensure_connection()
    assert waited(second) >= PATIENCE
    assert holder.pool.timeout == HOPELESS_SECONDS
    assert waited(third) >= HOPELESS_SECONDS
    holder.close()
    third.ensure_connection()
    assert third.pool.timeout == PATIENCE
    with third.cursor() as cursor:
        cursor.execute("select 1")
        assert cursor.fetchone() == (1,)

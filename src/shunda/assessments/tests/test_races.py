"""Two at once: one decides, the other is told; the same evidence becomes one case."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from shunda.assessments import actions
from shunda.assessments.models import Assessment, Ruling
from shunda.assessments.tests.builders import AT, SPOKEN, case, codes, in_status, people, ruled

pytestmark = pytest.mark.django_db(transaction=True)


def both(*runs):
    start = Barrier(len(runs))

    def run(go):
        try:
            start.wait(10)
            return go()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(run, runs))


def test_two_people_decide_at_once_and_one_of_them_is_told_that_it_is_decided():
    who = people()
    made = in_status(who, "stated")
    outcomes = both(*[lambda by=by: ruled(actions.decide, made, by=by, at=SPOKEN) for by in (who.second, who.third)])
    assert sorted(code for one in outcomes for code in codes(one)) == ["wrong-status"]
    assert Ruling.objects.count() == 1


def test_two_people_record_the_same_at_once_and_it_is_one_case():
    who = people()
    outcomes = both(*[lambda by=by: actions.record([case(who)], by=by, at=AT) for by in (who.hr, who.second)])
    assert sorted(code for one in outcomes for code in codes(one)) == ["assessments.twice"]
    assert Assessment.objects.count() == 1

"""Closing months: final cases once each, and what becomes final later on the next sheet."""

from datetime import UTC, date, datetime

import pytest

from shunda.assessments import actions
from shunda.assessments.models import Assessment, SheetRow
from shunda.assessments.tests.builders import AT, SPOKEN, codes, in_status, people, ruled
from shunda.assessments.verify import check
from shunda.core.refusal import NotPermitted

pytestmark = pytest.mark.django_db

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
LAST_OF_MAY = datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai
FIRST_OF_JUNE = datetime(2026, 5, 31, 16, 0, tzinfo=UTC)


@pytest.fixture
def who():
    return people()


def close(who, *months, at=FIRST_OF_JUNE):
    return actions.close(months, by=who.hr, at=at)


def final_at(who, at, verdict="upheld", **fields):
    made = in_status(who, "appealed", **fields)
    return ruled(actions.review, made, verdict, by=who.third, at=at).one()


def test_a_month_holds_what_became_final_in_it_and_the_next_one_the_rest(who):
    inside, after = final_at(who, LAST_OF_MAY), final_at(who, FIRST_OF_JUNE, days=1)
    waived = final_at(who, SPOKEN, "waived", days=2)
    open_ = in_status(who, "decided", days=3)
    close(who, MAY).one()
    months = {case.pk: case.month for case in Assessment.objects.all()}
    assert months == {inside.pk: MAY, waived.pk: MAY, after.pk: None, open_.pk: None}
    row = SheetRow.objects.get()
    assert (row.person, row.cases, row.waived, row.warnings, row.amounts, row.total) == (who.person, 2, 1, 0, 1, 100)
    close(who, JUNE, at=datetime(2026, 7, 1, tzinfo=UTC)).one()
    after.refresh_from_db()
    assert after.month == JUNE
    assert list(check()) == []


def test_a_month_is_closed_once_when_it_is_over_and_none_before_one_that_is_closed(who):
    assert codes(close(who, MAY, at=LAST_OF_MAY)) == ["assessments.month-runs"]
    assert close(who, MAY).one().month == MAY
    assert codes(close(who, date(2026, 5, 17))) == ["assessments.month-closed"]
    assert codes(close(who, date(2026, 4, 1))) == ["assessments.month-earlier"]
    with pytest.raises(NotPermitted):
        actions.close([JUNE], by=who.he, at=AT)


def test_months_closed_together_share_the_cases_rightly(who):
    first, second = final_at(who, LAST_OF_MAY), final_at(who, FIRST_OF_JUNE, days=1)
    assert len(close(who, JUNE, MAY, at=datetime(2026, 7, 1, tzinfo=UTC)).done) == 2
    assert dict(Assessment.objects.values_list("pk", "month")) == {first.pk: MAY, second.pk: JUNE}
    assert list(check()) == []


def test_verify_says_what_does_not_fit(who):
    from django.db import connection

    made = final_at(who, LAST_OF_MAY)
    close(who, MAY).one()
    with connection.cursor() as cursor:
        cursor.execute("update assessments_assessment set outcome_amount = 7 where id = %s", [made.pk])
        cursor.execute("update assessments_assessment set notified_by_id = %s", [who.second.id])
    found = list(check())
    assert len(found) == 3
    assert all(made.number in sentence or "2026-05" in sentence for sentence in found)

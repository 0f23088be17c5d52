"""From a shipment that was picked late to the sheet personnel takes out as Excel."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest

from shunda.accounts.models import Role, User
from shunda.accounts.queries import actor_for
from shunda.assessments import actions, jobs
from shunda.assessments.models import Assessment
from shunda.assessments.queries import of_person
from shunda.assessments.specs import RulingSpec
from shunda.core.models import Event
from shunda.lists import actions as lists
from shunda.lists.models import ExportPart
from shunda.lists.specs import ExportSpec
from shunda.work.models import Notice


@pytest.mark.req("R206", "R208")
def test_a_late_shipment_becomes_a_fair_case_and_a_row_on_the_sheet_of_personnel(company):
    person = User.objects.create(username="hr", name="hr", language="en")
    person.roles.add(Role.objects.get(code="hr"))
    hr, keeper, manager = actor_for(person), company.people["warehouse_keeper"], company.people["warehouse_head"]
    vice = User.objects.create(username="vice", name="vice", language="en")
    vice.roles.add(Role.objects.get(code="vice_president"))

    # the keeper picks and packs on the next day what should have been done by Monday noon
    li = company.customer("远东机械", limit=50_000)
    bearing = company.article("6204-2RS", in_stock=500)
    order = company.confirmed_order(li, {bearing: (100, "12.50")})
    shipment = company.warehouse_plans(order)
    company.later(days=1)
    company.warehouse_packs(shipment)
    company.later(hours=16)
    jobs.assess(company.now)
    case = Assessment.objects.get(facts__step="shipment.pick")
    assert (case.person_id, case.label, case.consequence) == (keeper.id, shipment.number, "warning")
    assert case.late_hours == 6  # working hours: due at 11:30 on Monday, picked at 9:30 on Tuesday
    assert not of_person(keeper).exists()

    # personnel tells him, he is heard, the head of the warehouse upholds it, the vice-president waives it on appeal
    actions.notify([case.pk], by=hr, at=company.now).one()
    assert Notice.objects.filter(user=keeper.id, subject_id=case.pk).exists()
    actions.state([case.pk], "the only scanner was broken", by=keeper, at=company.now).one()
    company.later(days=1)
    upheld = RulingSpec(case.pk, "upheld", "there is paper")
    assert [r.code for r in actions.decide([upheld], by=hr_as_decider(hr), at=company.now).refused] == [
        "assessments.assessor"
    ]
    actions.decide([upheld], by=manager, at=company.now).one()
    actions.appeal([case.pk], "the paper was wet", by=keeper, at=company.now).one()
    company.later(days=1)
    waived = RulingSpec(case.pk, "waived", "no scanner, no paper")
    actions.review([waived], by=actor_for(vice), at=company.now).one()

    # the month is closed when it is over, and taken out as Excel, on record
    after = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
    actions.close([company.now.date()], by=hr, at=after).one()
    export = lists.export(ExportSpec("assessments:sheet", "month=2026-05-01", "xlsx", "en"), by=hr, at=after).one()
    data = b"".join(bytes(part.data) for part in ExportPart.objects.filter(export=export).order_by("place"))
    rows = list(openpyxl.load_workbook(BytesIO(data)).active.values)
    assert rows[0][:2] == ("Month", "Person")
    assert dict(zip(rows[0], rows[1], strict=True)) == {
        "Month": "2026-05", "Person": "warehouse keeper", "User name": "warehouse_keeper", "Job title": None,
        "Cases": 1, "Warnings": 0, "Cases with an amount": 0, "Waived": 1, "Amount": 0,
    }  # fmt: skip
    assert Event.objects.filter(kind="export.finish", actor_id=hr.id).exists()


def hr_as_decider(hr):
    """Personnel with every right there is: fairness refuses, not a permission."""
    return replace(hr, permissions=frozenset({"*"}))

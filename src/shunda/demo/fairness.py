"""Four cases for the pages of assessments: one to be told, one to be answered, one appealed, one waived."""

from __future__ import annotations

from shunda.assessments import actions
from shunda.assessments.models import Assessment, AssessmentKind, Verdict
from shunda.assessments.specs import CaseSpec, RulingSpec
from shunda.demo.company import Company, at, done
from shunda.demo.history import LAST_DAY
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.states import ShipmentStatus

WRONG = "贴错标签，发成了另一家客户的货。 Two labels were mixed up."
PLAN = "20日15:00前没有提报需求计划。 The demand plan was not filed by the 20th, 15:00."
SAID = "当天扫描枪坏了，只能手工核对。 The scanner was broken that day."
SEEN = "已核对出库记录。 The records were checked."
APPEAL = "两人同时经手，不只是我。 Two of us handled it."


def assess(company: Company) -> None:
    """Wrong shipments of the keeper and a plan the regional manager did not file, brought by personnel."""
    staff, numbers = company.staff, _signed(3)
    keeper, region = staff["warehouse_keeper"].id or 0, staff["regional_manager"].id or 0
    wrong = [CaseSpec(str(AssessmentKind.WRONG_SHIPMENT), keeper, LAST_DAY, WRONG, number) for number in numbers]
    plan = CaseSpec(str(AssessmentKind.MISSED_PLAN), region, LAST_DAY, PLAN)
    cases = done(actions.record([*wrong, plan], by=staff["hr"], at=at(LAST_DAY, 10)))
    told = [case.pk for case in cases[1:]]
    done(actions.notify(told, by=staff["hr"], at=at(LAST_DAY, 11)))
    done(actions.state(told[:2], SAID, by=staff["warehouse_keeper"], at=at(LAST_DAY, 14)))
    rulings = [_ruling(cases[1], Verdict.UPHELD), _ruling(cases[2], Verdict.WAIVED)]
    done(actions.decide(rulings, by=staff["warehouse_head"], at=at(LAST_DAY, 16)))
    done(actions.appeal(told[:1], APPEAL, by=staff["warehouse_keeper"], at=at(LAST_DAY, 17)))


def _signed(n: int) -> list[str]:
    rows = Shipment.objects.filter(status=ShipmentStatus.SIGNED).order_by("-pk")
    return list(rows.values_list("number", flat=True)[:n])


def _ruling(case: Assessment, verdict: Verdict) -> RulingSpec:
    return RulingSpec(case.pk, str(verdict), SEEN)

"""Assessments in every status, a meeting that is called and one that is concluded, and a closed month."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

DAY = timedelta(days=1)


def cases(admin, number, code="1"):
    """What the pages of assessments show: some about the administrator himself, the others by different people."""
    from shunda.accounts.models import User
    from shunda.accounts.queries import actor_for
    from shunda.accounts.tests.builders import user
    from shunda.assessments import actions
    from shunda.assessments.specs import CaseSpec, ConclusionSpec, MeetingSpec, RulingSpec
    from shunda.assessments.tests.builders import AT, PDF, SPOKEN

    first = code == "1"
    names = ("li.na", "zhang.wei", "wang.fang", "zhao.lei")
    people = [user(n, "*", name=n) if first else User.objects.get(username=n) for n in names]
    late, hr, second, third = (actor_for(person) for person in people)
    days = count(0 if first else 40)

    def record(person=late.id, **fields):
        spec = CaseSpec("missed_plan", person, (AT - next(days) * DAY).date(), "没有提报计划", **fields)
        return actions.record([spec], by=hr, at=AT).one()

    def told(**fields):
        return actions.notify([record(**fields).pk], by=hr, at=AT).one()

    def said(**fields):
        made = told(**fields)
        actions.state([made.pk], "生病了", by=late if made.person_id == late.id else actor_for(admin), at=AT).one()
        return made

    def decided(**fields):
        made = said(**fields)
        return actions.decide([RulingSpec(made.pk, "upheld", "属实")], by=second, at=SPOKEN).one()

    actions.record([CaseSpec("delay", late.id, AT.date(), "贴错标签", number, named=[third.id])], by=hr, at=AT).one()
    record(), told(), said(), decided(), told(person=admin.pk), decided(person=admin.pk)
    actions.cancel([record().pk], "重复", by=hr, at=AT).one()
    appealed = [decided() for _each in range(2)]
    for made in appealed:
        actions.appeal([made.pk], "不是我", by=late, at=SPOKEN).one()
    actions.review([RulingSpec(appealed[0].pk, "upheld", "属实")], by=third, at=SPOKEN).one()
    sitting = {second.id: "chair", third.id: "member"}
    for ends in (False, True):
        case = said(serious=True)
        meeting = actions.call([MeetingSpec("错发货", SPOKEN, [case.pk], sitting)], by=hr, at=AT).one()
        if ends:
            actions.minute({meeting.pk: PDF}, by=hr, at=SPOKEN).one()
            ruling = RulingSpec(case.pk, "upheld", "属实", "warning")
            actions.conclude([ConclusionSpec(meeting.pk, "贴错标签", "警告", [ruling])], by=second, at=SPOKEN).one()
    if first:
        actions.close([date(2026, 5, 1)], by=hr, at=datetime(2026, 6, 2, tzinfo=UTC)).one()
        last = said()
        actions.decide([RulingSpec(last.pk, "waived", "证据不足")], by=second, at=SPOKEN).one()

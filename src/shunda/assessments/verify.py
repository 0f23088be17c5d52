"""Recomputes what cases store: decisions from rulings, sheets from cases; and that nobody decided on himself."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from shunda.core import sql

_RULED = """
select a.number from assessments_assessment a
left join lateral (select r.* from assessments_ruling r where r.assessment_id = a.id order by r.instance desc limit 1) r
  on true
where a.verdict is distinct from coalesce(r.verdict, '') or a.outcome is distinct from coalesce(r.consequence, '')
   or a.outcome_amount <> coalesce(r.amount, 0)
   or (r.id is not null) <> (a.status in ('decided', 'appealed', 'final'))
   or (a.status = 'final') <> (a.final_at is not null) order by a.id
"""

_UNFAIR = """
select a.number, r.instance from assessments_ruling r join assessments_assessment a on a.id = r.assessment_id
where r.decided_by_id in (a.person_id, a.recorded_by_id, a.assigned_by_id, a.notified_by_id)
   or exists (select from core_event e
              where e.subject_kind = 'assessments.assessment' and e.subject_id = a.id
                and e.kind in ('assessment.propose', 'assessment.assign', 'assessment.notify')
                and (e.data ->> 'for')::bigint = r.decided_by_id)
   or exists (select from assessments_named n where n.assessment_id = a.id and n.person_id = r.decided_by_id)
   or exists (select from assessments_ruling f
              where f.assessment_id = a.id and f.instance < r.instance and f.decided_by_id = r.decided_by_id)
   or exists (select from assessments_meetingperson p
              where p.meeting_id = a.meeting_id and p.person_id = r.decided_by_id
                and (p.part in ('responsible', 'heard') or r.instance = 2))
order by a.id, r.instance
"""

_SHEETS = """
select coalesce(s.month, c.month), u.username from (
  select month, person_id, cases, waived, warnings, amounts, total from assessments_sheetrow
) s full join (
  select month, person_id, count(*) as cases, count(*) filter (where verdict = 'waived') as waived,
         count(*) filter (where outcome = 'warning') as warnings, count(*) filter (where outcome = 'amount') as amounts,
         sum(outcome_amount) as total
  from assessments_assessment where month is not null group by month, person_id
) c on c.month = s.month and c.person_id = s.person_id
left join accounts_user u on u.id = coalesce(s.person_id, c.person_id)
where (s.cases, s.waived, s.warnings, s.amounts, s.total)
   is distinct from (c.cases, c.waived, c.warnings, c.amounts, c.total)
order by 1, 2
"""

_MEETINGS = """
select m.number from assessments_meeting m
where (m.status = 'concluded' and exists (
         select from assessments_assessment a where a.meeting_id = m.id and not exists (
           select from assessments_ruling r where r.assessment_id = a.id and r.meeting_id = m.id)))
   or (m.status = 'cancelled' and exists (select from assessments_assessment a where a.meeting_id = m.id))
order by m.id
"""


def check() -> Iterable[str]:
    """One sentence for each case, sheet or meeting that is not what its records say."""
    for (number,) in sql.fetch(_RULED):
        yield _("case %(case)s: it is not what was decided last") % {"case": number}
    for number, instance in sql.fetch(_UNFAIR):
        yield _("case %(case)s: decision %(instance)s was made by somebody who may not decide on it") % {
            "case": number, "instance": instance,
        }  # fmt: skip
    for month, person in sql.fetch(_SHEETS):
        yield _("sheet of %(month)s: the row of %(person)s is not the sum of the cases") % {
            "month": f"{month:%Y-%m}", "person": person,
        }  # fmt: skip
    for (number,) in sql.fetch(_MEETINGS):
        yield _("review meeting %(meeting)s: it and its cases do not fit together") % {"meeting": number}

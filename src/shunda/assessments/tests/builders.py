"""Cases for tests, made through the actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shunda.accounts.models import User
from shunda.accounts.queries import actor_for
from shunda.accounts.tests.builders import user
from shunda.assessments import actions
from shunda.assessments.models import Assessment, AssessmentKind, Meeting
from shunda.assessments.specs import CaseSpec, MeetingSpec, RulingSpec
from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.files.specs import Upload
from shunda.orders.tests.builders import AT

PDF = Upload("minutes.pdf", b"%PDF-1.7\nminutes", 16)
DAY = timedelta(days=1)
SPOKEN = AT + 7 * DAY
"""After the days for a statement of who was told at ``AT``."""
OVER = SPOKEN + 14 * DAY
"""After the days for an appeal against what was decided then."""


@dataclass
class People:
    """Who has to do with a case: the one it is about, who brings it, who decides, who decides on appeal."""

    person: User
    hr: Actor
    second: Actor
    third: Actor

    @property
    def he(self) -> Actor:
        """The person himself, as he acts."""
        return actor_for(self.person)


def people(*permissions: str) -> People:
    """Four people; the last three may do everything, so that only fairness refuses them."""
    every = permissions or ("*",)
    hr, second, third = (actor_for(user(name, *every)) for name in ("hr", "second", "third"))
    return People(user("late", "orders.view_order", "work.view_task"), hr, second, third)


def case(who: People, person: User | None = None, *, at: datetime = AT, days: int = 0, **fields: Any) -> CaseSpec:
    """A plan that was not filed, so many days ago."""
    given = {"kind": str(AssessmentKind.MISSED_PLAN), "what": "no plan on the 20th", **fields}
    return CaseSpec(person_id=(person or who.person).pk, happened_on=(at - days * DAY).date(), **given)


def recorded(who: People, **fields: Any) -> list[Assessment]:
    """A case about the person, recorded by personnel."""
    outcome = actions.record([case(who, **fields)], by=who.hr, at=AT)
    assert not outcome.refused, outcome.refused
    return outcome.done


def in_status(who: People, status: str, **fields: Any) -> Assessment:
    """A case that has come so far, each by the right person."""
    [made] = recorded(who, **fields)
    pk = [made.pk]
    if status == "cancelled":
        return actions.cancel(pk, "by mistake", by=who.hr, at=AT).one()
    ways = {
        "notified": lambda: actions.notify(pk, by=who.hr, at=AT).one(),
        "stated": lambda: actions.state(pk, "the line was down", by=who.he, at=AT).one(),
        "decided": lambda: decided(who, made),
        "appealed": lambda: actions.appeal(pk, "it was not me", by=who.he, at=SPOKEN).one(),
        "final": lambda: ruled(actions.review, made, by=who.third, at=SPOKEN).one(),
    }
    for name, go in ways.items():
        if status == "proposed":
            break
        made = go()
        if name == status:
            break
    return made


def decided(who: People, made: Assessment) -> Assessment:
    """Upheld by a second person."""
    return ruled(actions.decide, made, by=who.second, at=SPOKEN).one()


def ruled(run: Any, made: Assessment, verdict: str = "upheld", *, by: Actor, at: datetime, **said: Any) -> Outcome:
    """One decision about one case."""
    return run([ruling(made, verdict, **said)], by=by, at=at)


def ruling(made: Assessment, verdict: str = "upheld", consequence: str = "", amount: Any = None) -> RulingSpec:
    """What is decided."""
    return RulingSpec(made.pk, verdict, "heard both", consequence, None if amount is None else Decimal(str(amount)))


def called(who: People, *cases: Assessment, **fields: Any) -> Outcome[Meeting]:
    """A review meeting of the second person as chair and the third as member."""
    assert who.second.id
    assert who.third.id
    given = {"topic": "goods for another customer", "held_at": SPOKEN, "people": None, **fields}
    sitting = given.pop("people") or {who.second.id: "chair", who.third.id: "member"}
    spec = MeetingSpec(case_ids=[one.pk for one in cases], people=sitting, **given)
    return actions.call([spec], by=who.hr, at=AT)


def codes(outcome: Outcome[Any]) -> list[str]:
    """Why something was refused."""
    return [refusal.code for refusal in outcome.refused]

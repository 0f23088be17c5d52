"""Why a case, a decision or a month is refused; every sentence says what, where and how to mend it."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

KIND = Reason("assessments.kind", _("“%(value)s” is no kind of case."))
NO_PERSON = Reason("assessments.no-person", _("There is no active person “%(value)s”. Choose one from the list."))
ONESELF = Reason("assessments.oneself", _("Nobody assesses or decides on himself: %(number)s is about you."))
NAMED = Reason("assessments.named", _("You are named in %(number)s; a colleague who is not must do this."))
ASSESSOR = Reason(
    "assessments.assessor", _("You brought case %(number)s; a second person who did not must decide on it.")
)
FIRST_DECIDER = Reason(
    "assessments.first-decider", _("You decided on %(number)s already; a third person decides on the appeal.")
)
PEOPLE_ONLY = Reason("assessments.people-only", _("%(number)s is decided by a person, never by a program on its own."))
NOBODY_NAMED = Reason("assessments.nobody-named", _("%(number)s names nobody who answers for it yet: name the person."))
NAMED_ALREADY = Reason(
    "assessments.named-already", _("%(number)s is about %(person)s already; cancel it and record the case again.")
)
TWICE = Reason(
    "assessments.twice", _("The same is recorded already as %(number)s for this person: add to it what is missing.")
)
TWICE_HERE = Reason("assessments.twice-here", _("The same case is in the list twice."))
WHAT_REQUIRED = Reason("assessments.what-required", _("Say what happened: the text is empty."))
REASON_REQUIRED = Reason("assessments.reason-required", _("Say why: the reason is empty."))
TOO_LONG = Reason("assessments.too-long", _("The text is longer than %(limit)s characters."))
FUTURE = Reason("assessments.future", _("What happens later cannot be assessed now: correct the date."))
NO_EVIDENCE = Reason(
    "assessments.no-evidence", _("“%(value)s” is not found: give the number of an order or a shipment you can see.")
)
EVIDENCE_REQUIRED = Reason(
    "assessments.evidence-required", _("A case of this kind needs its evidence: the number of the %(wanted)s.")
)
NO_CONSEQUENCE = Reason(
    "assessments.no-consequence",
    _("By the table “Consequences of assessments” nothing follows from this, so there is no case."),
)

STATEMENT_AWAITED = Reason(
    "assessments.statement-awaited", _("%(number)s: the person may still make a statement, until %(until)s.")
)
NOT_YOURS = Reason("assessments.not-yours", _("Only the person %(number)s is about can do this."))
APPEAL_OVER = Reason("assessments.appeal-over", _("An appeal against %(number)s was possible until %(until)s."))
APPEAL_RUNS = Reason("assessments.appeal-runs", _("%(number)s can still be appealed, until %(until)s."))
NOTHING_TO_APPEAL = Reason("assessments.nothing-to-appeal", _("%(number)s was waived: there is nothing to appeal."))
VERDICT = Reason("assessments.verdict", _("“%(value)s” is no decision about a case: uphold, reduce or waive it."))
NOT_LESS = Reason(
    "assessments.not-less",
    _("%(number)s: reduced means less than %(consequence)s %(amount)s; a decision adds nothing."),
)
AMOUNT_MISSING = Reason("assessments.amount-missing", _("%(number)s: say the amount, more than nothing."))
CONSEQUENCE_MISSING = Reason(
    "assessments.consequence-missing", _("%(number)s: say what follows, a warning or an amount.")
)
NEEDS_MEETING = Reason(
    "assessments.needs-meeting", _("%(number)s is a serious fault: a review meeting decides on it, not one person.")
)

IN_MEETING = Reason("assessments.in-meeting", _("%(number)s is before review meeting %(meeting)s already."))
NO_CASES = Reason("assessments.no-cases", _("A review meeting is about at least one case."))
NOT_TOLD = Reason(
    "assessments.not-told",
    _("%(number)s cannot come before a meeting now: the person is told first, and it is not decided yet."),
)
TOPIC_REQUIRED = Reason("assessments.topic-required", _("Say what the meeting is about."))
CHAIR_REQUIRED = Reason("assessments.chair-required", _("A meeting has one chair, and at least one more member."))
TAKES_PART = Reason(
    "assessments.takes-part",
    _("%(person)s is responsible or named in %(number)s and takes no part in the decision: he may be heard."),
)
PART = Reason("assessments.part", _("“%(value)s” is no part somebody has at a meeting."))
NOT_MEMBER = Reason("assessments.not-member", _("Only the chair or a member of %(number)s concludes it."))
MINUTES_REQUIRED = Reason("assessments.minutes-required", _("%(number)s: attach the minutes first."))
FINDINGS_REQUIRED = Reason("assessments.findings-required", _("%(number)s: write down what the meeting found."))
DECISION_REQUIRED = Reason("assessments.decision-required", _("%(number)s: write down what the meeting decided."))
CASE_LEFT = Reason("assessments.case-left", _("%(meeting)s: nothing is decided about %(number)s."))
NOT_ITS_CASE = Reason("assessments.not-its-case", _("%(meeting)s is not about case %(number)s."))
BEFORE_MEETING = Reason("assessments.before-meeting", _("%(number)s has not taken place yet: it is on %(held)s."))

MONTH_RUNS = Reason("assessments.month-runs", _("%(month)s is not over yet."))
MONTH_CLOSED = Reason(
    "assessments.month-closed", _("%(month)s is closed already; later decisions are on the next sheet.")
)
MONTH_EARLIER = Reason("assessments.month-earlier", _("%(month)s comes before %(closed)s, which is closed already."))

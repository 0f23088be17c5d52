"""The pages and the API of assessments: who sees what, buttons that say why, and the whole way in the browser."""

import json
from importlib import import_module

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shunda.accounts.models import User
from shunda.assessments import actions
from shunda.assessments.models import Assessment, Meeting
from shunda.assessments.tests.builders import AT, SPOKEN, called, in_status, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return people()


@pytest.fixture
def web(client):
    def as_(actor):
        client.force_login(User.objects.get(pk=actor.id))
        return client

    return as_


def page(client, name, *args):
    answer = client.get(reverse(f"assessments:{name}", args=args))
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def test_a_case_is_recorded_told_answered_and_decided_on_pages(who, web):
    form = {
        "kind": "missed_plan", "person": "late", "happened_on": "2026-05-06", "what": "no plan", "number": "",
        "named": "",
    }  # fmt: skip
    answer = web(who.hr).post(reverse("assessments:record"), form)
    case = Assessment.objects.get()
    assert answer.headers["Location"] == reverse("assessments:detail", args=[case.pk])
    assert web(who.hr).post(reverse("assessments:record"), {**form, "named": "nobody"}).status_code == 422
    assert case.number in page(web(who.hr), "index")
    assert case.number not in page(web(who.he), "mine")
    assert web(who.he).get(reverse("assessments:detail", args=[case.pk])).status_code == 404
    web(who.hr).post(reverse("assessments:notify_ticked"), {"row": f"{case.pk}:{case.version}"})
    assert case.number in page(web(who.he), "mine")
    assert "Make a statement" in page(web(who.he), "detail", case.pk)
    web(who.he).post(reverse("assessments:state", args=[case.pk]), {"text": "I was ill"})
    assert "I was ill" in page(web(who.second), "detail", case.pk)
    assert "must decide on it" in page(web(who.hr), "detail", case.pk)
    said = {"verdict": "reduced", "consequence": "amount", "amount": "100", "reason": "heard"}
    answer = web(who.second).post(reverse("assessments:decide", args=[case.pk]), said)
    assert answer.status_code == 422
    assert "a decision adds nothing" in answer.content.decode()
    web(who.second).post(reverse("assessments:decide", args=[case.pk]), {**said, "consequence": "warning"})
    case.refresh_from_db()
    assert (case.status, case.outcome) == ("decided", "warning")
    web(who.he).post(reverse("assessments:appeal", args=[case.pk]), {"text": "no"})
    waived = {"verdict": "waived", "reason": "ill"}
    web(who.third).post(reverse("assessments:review", args=[case.pk]), waived)
    case.refresh_from_db()
    assert (case.status, case.verdict) == ("final", "waived")


def test_a_meeting_is_called_minuted_and_concluded_on_pages(who, web):
    case = in_status(who, "stated", serious=True)
    form = {"topic": "two labels", "held_at": "2026-05-13T09:30", "chair": "second", "members": "third", "heard": ""}
    answer = web(who.hr).post(reverse("assessments:call"), {**form, "cases": case.pk, "members": "third, late"})
    assert answer.status_code == 422
    assert "takes no part" in answer.content.decode()
    web(who.hr).post(reverse("assessments:call"), {**form, "cases": case.pk})
    meeting = Meeting.objects.get()
    file = SimpleUploadedFile("minutes.pdf", b"%PDF-1.7\nminutes", "application/pdf")
    web(who.hr).post(reverse("assessments:minute", args=[meeting.pk]), {"file": file})
    assert web(who.he).get(reverse("assessments:minutes", args=[meeting.pk])).status_code == 200
    said = {"findings": "both", "decision": "pay", f"verdict_{case.pk}": "upheld", f"reason_{case.pk}": "seen"}
    answer = web(who.second).post(reverse("assessments:conclude", args=[meeting.pk]), said)
    assert "say what follows" in answer.content.decode()
    web(who.second).post(
        reverse("assessments:conclude", args=[meeting.pk]), said | {f"consequence_{case.pk}": "warning"}
    )
    meeting.refresh_from_db()
    assert meeting.status == "concluded"
    assert "both" in page(web(who.third), "meeting", meeting.pk)
    assert meeting.number in page(web(who.third), "meetings")


def test_a_month_is_closed_on_its_page_and_stands_on_the_sheet(who, web, monkeypatch):
    from datetime import UTC, datetime

    in_status(who, "final")
    monkeypatch.setattr(
        import_module("shunda.assessments.pages.months"), "now", lambda: datetime(2026, 6, 2, tzinfo=UTC)
    )
    assert "Late" in page(web(who.hr), "months")
    web(who.hr).post(reverse("assessments:close"), {"month": "2026-05-01"})
    assert "2026-05" in page(web(who.hr), "sheet")
    assert web(who.he).get(reverse("assessments:months")).status_code == 403
    assert web(who.he).get(reverse("assessments:index")).status_code == 403


def test_the_api_does_the_same(who, web):
    def post(actor, path, body, status=200):
        answer = web(actor).post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    body = {"kind": "missed_plan", "person_id": who.person.pk, "happened_on": "2026-05-06", "what": "no plan"}
    pk = post(who.hr, "/assessments", body, 201)["id"]
    assert post(who.hr, "/assessments/batch", {"cases": [body]}, 409)["refusals"][0]["code"] == "assessments.twice"
    post(who.hr, "/assessments/notify", {"items": [{"id": pk}]})
    post(who.he, "/assessments/state", {"items": [{"id": pk}], "text": "ill"})
    assert [row["id"] for row in web(who.he).get("/api/v1/assessments/mine").json()["items"]] == [pk]
    ruling = {"items": [{"id": pk, "verdict": "upheld", "reason": "seen"}]}
    assert post(who.hr, "/assessments/decide", ruling, 409)["refusals"][0]["code"] == "assessments.assessor"
    post(who.second, "/assessments/decide", ruling)
    post(who.he, "/assessments/appeal", {"items": [{"id": pk}], "text": "no"})
    assert post(who.third, "/assessments/review", ruling)["done"][0]["status"] == "final"
    seen = web(who.he).get(f"/api/v1/assessments/{pk}").json()
    assert [row["instance"] for row in seen["rulings"]] == [1, 2]
    assert post(who.hr, "/assessments/settle", {"items": [{"id": pk}]}, 409)["refusals"][0]["code"] == "wrong-status"
    assert post(who.hr, "/assessments/cancel", {"items": [{"id": pk}], "reason": "x"}, 409)
    meeting = called(who, in_status(who, "stated", serious=True, days=1)).one()
    assert web(who.he).get(f"/api/v1/review-meetings/{meeting.pk}").json()["people"][2]["part"] == "responsible"
    post(who.hr, "/review-meetings/call-off", {"items": [{"id": meeting.pk}], "reason": "the chair is ill"})
    month = post(who.hr, "/assessment-months/close", {"month": f"{SPOKEN:%Y-%m-%d}"}, 201)
    assert month["month"] == f"{AT:%Y-%m}-01"
    assert web(who.hr).get("/api/v1/assessment-months").json()["items"][0]["id"] == month["id"]
    assert web(who.hr).get("/api/v1/assessment-months/rows").status_code == 200
    assert actions.BY_HAND

"""The pages and the API of credit."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from shunda.accounts.tests.builders import user
from shunda.credit import queries
from shunda.credit.models import Bucket, CreditAccount, LimitRaise, Proposal
from shunda.credit.steps import HoldAsk, Movement, hold, shift
from shunda.credit.tests.builders import AT, account
from shunda.customers.tests.builders import customer

pytestmark = pytest.mark.django_db


def client(*permissions, **fields):
    made = Client(headers={"Accept-Language": "en"})
    who = user("fiona", *(permissions or ("credit.view_exposure", "credit.set_limit")), **fields)
    made.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return made


def owing(code="C1", limit=1000, amount="700"):
    who = customer(code)
    account(who, limit)
    hold([HoldAsk(1, who.pk, Decimal(amount))], at=AT)
    shift([Movement(who.pk, 1, Bucket.ORDERED, Bucket.SHIPPED, Decimal("300"), "ship")], at=AT)
    return who


@pytest.mark.req("R049", "R051")
def test_the_exposure_of_a_customer_is_shown_with_what_makes_it():
    who = owing()
    browser = client()
    text = browser.get("/credit/").content.decode()
    assert who.name in text
    assert "70%" in text
    detail = browser.get(f"/credit/{who.pk}/").content.decode()
    for words in ("¥1,000.00", "¥700.00", "400.00", "300.00", "agreed", "order confirmed", "shipped, not invoiced"):
        assert words in detail, words
    assert "¥300.00" in browser.get(f"/credit/{who.pk}/panel/").content.decode()


def test_filters_find_who_is_over_the_limit():
    within = owing("C1", 700)
    over = owing("C2", 900)
    account(over, 500)
    text = client().get("/credit/?over=on").content.decode()
    assert over.name in text
    assert within.name not in text


def test_a_limit_is_set_and_a_clash_shows_both_sides():
    who = owing()
    browser = client()
    version = str(CreditAccount.objects.get(pk=who.pk).version)
    typed = {"limit": "2,000", "currency": "cny", "reason": "good payer", "version": version}
    assert browser.post(f"/credit/{who.pk}/limit/", {**typed, "reason": ""}).status_code == 422
    assert browser.post(f"/credit/{who.pk}/limit/", typed).status_code == 302
    assert CreditAccount.objects.get(pk=who.pk).limit == 2000
    stale = browser.post(f"/credit/{who.pk}/limit/", {**typed, "limit": "1"})
    assert stale.status_code == 422
    assert CreditAccount.objects.get(pk=who.pk).limit == 2000


def test_a_customer_gets_credit():
    who = customer("NEW")
    typed = {"customer": "new", "limit": "500", "currency": "CNY", "reason": "first order"}
    assert client().post("/credit/new/", typed).status_code == 302
    assert CreditAccount.objects.get(pk=who.pk).limit == 500
    assert client_again().post(f"/credit/{customer('N2').pk}/limit/", {**typed, "version": "1"}).status_code == 302


def client_again():
    made = Client()
    made.force_login(user("fred", "credit.set_limit"), backend="django.contrib.auth.backends.ModelBackend")
    return made


def test_who_may_only_look_cannot_set_and_a_stranger_sees_nothing():
    who = owing()
    assert client("credit.view_exposure").get(f"/credit/{who.pk}/limit/").status_code == 403
    stranger = Client()
    stranger.force_login(
        user("other", "credit.view_exposure", reach="own"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert stranger.get(f"/credit/{who.pk}/").status_code == 404
    assert who.name not in stranger.get("/credit/").content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow(rows, django_assert_max_num_queries):
    for n in range(rows):
        account(customer(f"C{n}"), n)
    browser = client()
    with django_assert_max_num_queries(8):
        browser.get("/credit/")


def test_the_api_shows_sets_and_refuses():
    who = owing()
    api = client()
    shown = api.get(f"/api/v1/credit-accounts/{who.pk}").json()
    assert (shown["limit"], shown["exposure"], shown["shipped"]) == ("1000.00", "700.00", "300.00")
    assert api.get("/api/v1/credit-accounts").json()["items"][0]["customer_id"] == who.pk
    assert api.get(f"/api/v1/credit-accounts/{who.pk}/orders").json()[0]["ordered"] == "400.00"
    assert len(api.get(f"/api/v1/credit-accounts/{who.pk}/entries").json()["items"]) == 3
    limit = {"customer_id": who.pk, "limit": "10", "reason": "late payer"}
    body = {"limits": [limit, {**limit, "customer_id": 999999}]}
    answer = api.post("/api/v1/credit-accounts/set-limits", body, content_type="application/json").json()
    assert [row["limit"] for row in answer["done"]] == ["10.00"]
    assert [row["code"] for row in answer["refused"]] == ["not-found"]
    stale = {"limits": [{**limit, "version": 1}]}
    answer = api.post("/api/v1/credit-accounts/set-limits", stale, content_type="application/json")
    assert (answer.status_code, answer.json()["refusals"][0]["code"]) == (409, "stale")


def test_a_raise_is_asked_for_on_a_page_and_decided_on_another_by_somebody_else():
    who = owing()
    browser = client("credit.view_exposure", "credit.create_raise", "credit.approve_raise", "credit.reject_raise")
    today = timezone.localdate()
    typed = {"amount": "50,000", "until": (today + timedelta(days=5)).isoformat(), "reason": "a large project"}
    assert browser.post(f"/credit/{who.pk}/raise/", {**typed, "reason": ""}).status_code == 422
    assert browser.post(f"/credit/{who.pk}/raise/", typed).status_code == 302
    row = LimitRaise.objects.get()
    assert (row.status, timezone.localdate(row.until)) == ("asked", today + timedelta(days=6))
    page = browser.get(f"/credit/raises/{row.pk}/").content.decode()
    assert "somebody else decides" in page
    assert "a large project" in browser.get("/credit/raises/").content.decode()
    second = Client()
    second.force_login(
        user("fred", "credit.approve_raise", "credit.end_raise", "credit.view_exposure", "credit.reject_raise"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert second.get(f"/credit/raises/{row.pk}/reject/").status_code == 200
    second.post(f"/credit/raises/{row.pk}/approve/", {"version": "1"})
    assert queries.exposure([who.pk])[who.pk].effective == 51_000
    second.post(f"/credit/raises/{row.pk}/end/", {"version": "2"})
    assert queries.exposure([who.pk])[who.pk].effective == 1000


def test_raises_go_by_the_api_too():
    who, api = owing(), client("credit.view_exposure", "credit.create_raise", "credit.withdraw_raise", "credit.approve_raise")  # fmt: skip
    until = (timezone.now() + timedelta(days=3)).isoformat()
    asked = {"customer_id": who.pk, "amount": "20000.00", "reason": "fair", "until": until}
    send = partial(api.post, content_type="application/json")
    answer = send("/api/v1/credit-raises", {"raises": [asked, {**asked, "amount": "0"}]}).json()
    assert [row["code"] for row in answer["refused"]] == ["credit.raise-amount"]
    [row] = answer["done"]
    assert (row["status"], row["amount"]) == ("asked", "20000.00")
    items = {"items": [{"id": row["id"], "version": 1}]}
    own = send("/api/v1/credit-raises/approve", items)
    assert (own.status_code, own.json()["refusals"][0]["code"]) == (409, "credit.own-raise")
    assert send("/api/v1/credit-raises/withdraw", items).json()["done"][0]["status"] == "withdrawn"
    assert api.get("/api/v1/credit-raises?status=withdrawn").json()["items"][0]["id"] == row["id"]
    assert api.get(f"/api/v1/credit-raises/{row['id']}").json()["customer_id"] == who.pk
    assert api.get(f"/api/v1/credit-accounts/{who.pk}").json()["raised"] == "0.00"


def test_a_proposal_is_made_on_a_page_and_by_the_api_and_decided_by_somebody_else():
    who = owing()
    browser = client("credit.view_exposure", "credit.create_proposal", "credit.approve_proposal")
    assert "score 66 of 100" in browser.get(f"/credit/{who.pk}/propose/").content.decode()
    typed = {"grade": "B", "limit": "2,000", "reason": "steady"}
    assert browser.post(f"/credit/{who.pk}/propose/", {**typed, "reason": ""}).status_code == 422
    assert browser.post(f"/credit/{who.pk}/propose/", typed).status_code == 302
    row = Proposal.objects.get()
    text = browser.get(f"/credit/proposals/{row.pk}/").content.decode()
    assert all(words in text for words in ("steady", "somebody else decides", "nothing had to be paid yet"))
    assert who.name in browser.get("/credit/proposals/").content.decode()
    assert browser.get(f"/api/v1/credit-accounts/{who.pk}/score").json()["points"] == 66
    ask = {"proposals": [{"customer_id": who.pk, "reason": "again", "limit": "5.00"}]}
    twice = browser.post("/api/v1/credit-proposals", ask, content_type="application/json")
    assert twice.json()["refusals"][0]["code"] == "credit.proposal-waits"
    second = Client()
    second.force_login(
        user("fred", "credit.approve_proposal", "credit.view_exposure"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    items = {"items": [{"id": row.pk, "version": 1}], "remark": "fine"}
    done = second.post("/api/v1/credit-proposals/approve", items, content_type="application/json").json()["done"]
    assert (done[0]["status"], done[0]["limit"]) == ("approved", "2000.00")
    assert queries.exposure([who.pk])[who.pk].limit == 2000

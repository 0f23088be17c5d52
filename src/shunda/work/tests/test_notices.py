"""What people are told, and how: on the home page, by mail, both or not at all."""

import json

import pytest
from django.core import mail as sent
from django.urls import reverse
from django.utils import timezone

from shunda.accounts.queries import actor_for
from shunda.accounts.tests import builders
from shunda.core.actor import Actor
from shunda.core.refusal import Refused
from shunda.work import actions, jobs, notices, queries, steps
from shunda.work.models import Notice
from shunda.work.specs import NoticeSpec

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def li():
    return builders.user("li", name="Li Na", email="li@example.com")


@pytest.fixture
def post(settings):
    settings.SHUNDA_MAIL = "smtp://localhost"
    settings.SHUNDA_ADDRESS = "https://orders.example.com"


def tell(*people, kind=notices.MENTION):
    wang = Actor(id=None, name="Wang Lei", permissions=frozenset())
    specs = [NoticeSpec(person.pk, "orders.order", 7, "SO7", "look at the price", kind) for person in people]
    steps.tell(specs, by=wang, at=NOW)


def test_without_a_choice_one_is_told_on_the_home_page(li):
    tell(li)
    [notice] = queries.notices(actor_for(li))
    assert notices.headline(notice) == "Wang Lei mentioned you in SO7"
    assert not notice.to_mail


@pytest.mark.parametrize(
    ("home", "mail", "shown", "mailed"),
    [(True, True, 1, 1), (False, True, 0, 1), (True, False, 1, 0), (False, False, 0, 0)],
)
def test_everybody_chooses_how_he_is_told(li, post, home, mail, shown, mailed):
    actions.choose({notices.MENTION: (home, mail)}, by=actor_for(li), at=NOW)
    tell(li)
    jobs.mail([7], NOW)
    jobs.mail([7], NOW)  # twice is once
    assert len(queries.notices(actor_for(li))) == shown
    assert len(sent.outbox) == mailed
    for message in sent.outbox:
        assert message.subject == "Wang Lei mentioned you in SO7"
        assert message.to == ["li@example.com"]
        assert "look at the price" in message.body
        assert "https://orders.example.com/orders/7/" in message.body


def test_who_wants_mail_alone_is_told_at_home_while_there_is_no_mail_server(li):
    actions.choose({notices.MENTION: (False, True)}, by=actor_for(li), at=NOW)
    tell(li)
    jobs.mail([7], NOW)
    assert len(queries.notices(actor_for(li))) == 1
    assert sent.outbox == []


def test_a_mail_that_failed_is_sent_when_the_job_is_tried_again(li, post, monkeypatch):
    actions.choose({notices.MENTION: (True, True)}, by=actor_for(li), at=NOW)
    tell(li)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", lambda _self: (_ for _ in ()).throw(OSError("refused")))
        with pytest.raises(OSError, match="refused"):
            jobs.mail([7], NOW)
    jobs.mail([7], NOW)
    assert len(sent.outbox) == 1


def test_an_unknown_kind_is_refused(li):
    with pytest.raises(Refused):
        actions.choose({"weather": (True, True)}, by=actor_for(li), at=NOW)


def test_telling_many_takes_as_many_queries_as_telling_one(django_assert_num_queries):
    people = [builders.user(f"p{n}") for n in range(6)]
    wang = Actor(id=None, name="Wang Lei", permissions=frozenset())
    for told in (people[:1], people):
        with django_assert_num_queries(2):
            steps.tell([NoticeSpec(p.pk, "orders.order", 7, "SO7", "x") for p in told], by=wang, at=NOW)
    assert Notice.objects.count() == 7


def test_the_page_keeps_what_is_ticked_and_the_boxes_for_mail_are_closed_without_a_server(client, li, settings):
    client.force_login(li)
    actions.choose({notices.SENT_BACK: (True, True)}, by=actor_for(li), at=NOW)
    page = client.get(reverse("work:notifications")).content.decode()
    assert "No mail server is set up" in page
    client.post(reverse("work:notifications"), {"home.mention": "on"})
    ways = {choice.kind.name: (choice.home, choice.mail) for choice in notices.choices_of(li.pk)}
    assert (ways["mention"], ways["sent_back"], ways["cancelled"]) == ((True, False), (False, True), (False, False))
    settings.SHUNDA_MAIL = "smtp://localhost"
    client.post(reverse("work:notifications"), {"mail.mention": "on"})
    ways = {choice.kind.name: (choice.home, choice.mail) for choice in notices.choices_of(li.pk)}
    assert ways.pop("mention") == (False, True)
    assert set(ways.values()) == {(False, False)}


def test_the_api_says_and_changes_how_i_am_told(client, li):
    from datetime import timedelta

    from shunda.accounts.actions import create_token
    from shunda.accounts.specs import TokenSpec

    me = actor_for(builders.user("zhao", "accounts.view_user"))
    raw = create_token(TokenSpec("x", ["*"], timezone.now() + timedelta(days=2)), by=me, at=timezone.now()).one().raw
    head = {"Authorization": f"Bearer {raw}"}
    answer = client.put(
        "/api/v1/notices/ways", json.dumps({"ways": [{"kind": "mention", "home": False, "mail": True}]}),
        content_type="application/json", headers=head,
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    told = {way["kind"]: (way["home"], way["mail"]) for way in client.get("/api/v1/notices/ways", headers=head).json()}
    assert told.pop("mention") == (False, True)
    assert set(told.values()) == {(True, False)}

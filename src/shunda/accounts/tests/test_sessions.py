"""Where a person is signed in, in words, and ending it there."""

import pytest
from django.test import Client
from django.urls import reverse

from shunda.accounts.browsers import is_phone, name_of
from shunda.accounts.tests import builders

pytestmark = pytest.mark.django_db
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51"
)
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.50(0x18003237) NetType/WIFI Language/zh_CN"
)
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15"


@pytest.mark.parametrize(
    ("agent", "name", "phone"),
    [
        (EDGE, "Edge 131, Windows", False),
        (EDGE.partition(" Edg/")[0], "Chrome 131, Windows", False),
        (WECHAT, "WeChat 8, iPhone", True),
        (SAFARI, "Safari 17, macOS", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128, Linux", False),
        ("curl/8.5.0", "curl/8.5.0", False),
        ("", "unknown browser", False),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent, name, phone):
    assert str(name_of(agent)) == name
    assert is_phone(agent) == phone


def window(person, agent):
    client = Client(HTTP_USER_AGENT=agent)
    client.post(reverse("account_login"), {"login": person.username, "password": builders.PASSWORD})
    return client


def test_a_person_ends_one_session_or_all_others_and_nobody_elses():
    li, wang = builders.user("li"), builders.user("wang")
    here, phone, office, other = (
        window(li, SAFARI), window(li, WECHAT), window(li, EDGE), window(wang, EDGE),
    )  # fmt: skip
    said = here.get(reverse("usersessions_list")).content.decode()
    assert "WeChat 8, iPhone" in said
    assert "Edge 131, Windows" in said
    from allauth.usersessions.models import UserSession

    ids = {session.user_agent[:40] + session.user.username: session.pk for session in UserSession.objects.all()}
    here.post(reverse("end_sessions"), {"row": [ids[WECHAT[:40] + "li"]]})
    assert phone.get(reverse("accounts:profile")).status_code == 302
    assert office.get(reverse("accounts:profile")).status_code == 200
    here.post(reverse("end_sessions"), {"row": [ids[EDGE[:40] + "wang"]]})
    assert other.get(reverse("accounts:profile")).status_code == 200
    here.post(reverse("end_sessions"), {"row": [ids[EDGE[:40] + "li"]]})
    assert office.get(reverse("accounts:profile")).status_code == 302
    assert here.get(reverse("accounts:profile")).status_code == 200

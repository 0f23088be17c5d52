"""Teams: made and changed as a whole, by those who may, on the page and over the API."""

import pytest

from shunda.accounts import actions
from shunda.accounts.models import Team
from shunda.accounts.specs import MemberSpec, TeamEdit, TeamSpec
from shunda.accounts.tests.builders import actor, region, user
from shunda.catalog.models import Category
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.orders.tests.builders import AT

pytestmark = [pytest.mark.django_db, pytest.mark.req("R112", "R113", "R114")]
BY = {"by": system(), "at": AT}


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


@pytest.fixture
def east():
    Category.objects.create(code="valves", name="阀门", name_en="Valves")
    people = [MemberSpec(user("anna").pk, 10), MemberSpec(user("bo").pk, None, ["kind:project"])]
    spec = TeamSpec("east", "华东组", "East", [region().pk], ["category:valves"], people)
    return actions.create_teams([spec], **BY).one()


def test_a_team_has_its_territory_its_abilities_and_its_people_in_their_order(east):
    assert [(one.user.username, one.capacity, one.abilities) for one in east.members.order_by("place")] == [
        ("anna", 10, []), ("bo", None, ["kind:project"]),
    ]  # fmt: skip
    assert [one.code for one in east.regions.all()] == ["east"]
    assert Event.objects.get(kind="team.create").data == {"code": "east", "people": ["Anna", "Bo"]}


def test_what_an_edit_leaves_open_stays_and_its_event_says_who_came_and_went(east):
    anna = east.members.get(user__username="anna").user
    actions.edit_teams([TeamEdit(east.pk, name_en="Orient")], versions={east.pk: 1}, **BY).one()
    assert (east.members.count(), east.regions.count()) == (2, 1)
    edit = TeamEdit(east.pk, members=[MemberSpec(anna.pk)], region_ids=(), active=False)
    team = actions.edit_teams([edit], versions={east.pk: 2}, **BY).one()
    assert (team.active, team.regions.count(), team.members.count()) == (False, 0, 1)
    assert Event.objects.filter(kind="team.edit").latest("pk").data["people"] == [["Anna", "Bo"], ["Anna"]]
    assert codes(actions.edit_teams([edit], versions={east.pk: 1}, **BY)) == ["stale"]


@pytest.mark.parametrize(
    ("fields", "code", "where"),
    [
        ({"code": "East!"}, "accounts.bad-code", "code"),
        ({"code": "east"}, "accounts.code-taken", "code"),
        ({"name": " "}, "accounts.name-missing", "name"),
        ({"region_ids": [987]}, "accounts.unknown-region", "region_ids"),
        ({"abilities": ["category:none"]}, "accounts.unknown-ability", "abilities"),
        ({"members": [MemberSpec(987)]}, "accounts.unknown-person", "members.0.person"),
        ({"members": "twice"}, "accounts.person-twice", "members.1.person"),
        ({"members": "full"}, "accounts.bad-capacity", "members.0.capacity"),
    ],
)
def test_every_reason_against_a_team_is_told_at_its_field(east, fields, code, where):
    anna = east.members.get(user__username="anna").user_id
    people = {"twice": [MemberSpec(anna), MemberSpec(anna)], "full": [MemberSpec(anna, 0)]}
    if fields.get("members") in ("twice", "full"):
        fields = {"members": people[fields["members"]]}
    outcome = actions.create_teams([TeamSpec(**{"code": "west", "name": "West", **fields})], **BY)
    assert [(refusal.code, refusal.data["where"]) for refusal in outcome.refused] == [(code, where)]
    assert Team.objects.count() == 1


def test_only_those_who_may_change_teams(east):
    with pytest.raises(NotPermitted):
        actions.edit_teams([TeamEdit(east.pk, name="x")], by=actor("accounts.view_team"), at=AT)


def test_the_page_reads_abilities_as_people_write_them(client, east):
    client.force_login(user("boss", "*"))
    listed = client.get("/accounts/teams/").content.decode()
    assert "Valves" in listed
    assert "≤ 10" in listed
    anna = east.members.get(user__username="anna").user_id
    lines = {"members-TOTAL_FORMS": "1", "members-INITIAL_FORMS": "0", "members-0-person": str(anna)}
    form = {"code": "north", "name": "North", "abilities": "阀门, Project order", "members-0-abilities": "pipes"}
    answer = client.post("/accounts/teams/new/", {**form, **lines})
    assert (answer.status_code, "no ability" in answer.content.decode()) == (422, True)
    answer = client.post("/accounts/teams/new/", {**form, **lines, "members-0-abilities": "category:valves"})
    assert answer.status_code == 302
    made = Team.objects.get(code="north")
    assert (made.abilities, made.members.get().abilities) == (["category:valves", "kind:project"], ["category:valves"])
    assert client.get(f"/accounts/teams/{made.pk}/").status_code == 200


def test_the_api_makes_and_changes_teams(client, east):
    client.force_login(user("boss", "*"))
    assert {"name": "category:valves", "label": "Valves"} in client.get("/api/v1/teams/abilities").json()
    anna = east.members.get(user__username="anna").user_id
    body = {"code": "api", "name": "API", "members": [{"user_id": anna, "capacity": 5}]}
    made = client.post("/api/v1/teams", body, content_type="application/json")
    assert (made.status_code, made.json()["members"][0]["capacity"]) == (201, 5)
    change = {"version": 1, "members": [], "region_ids": []}
    answer = client.patch(f"/api/v1/teams/{made.json()['id']}", change, content_type="application/json")
    assert (answer.status_code, answer.json()["members"]) == (200, [])

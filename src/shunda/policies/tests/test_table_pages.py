"""The pages and the API of decision tables: read, draft, edit in the grid, upload, try, publish, why."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from shunda.accounts.actions import create_token
from shunda.accounts.queries import actor_for
from shunda.accounts.specs import TokenSpec
from shunda.accounts.tests.builders import user
from shunda.policies import actions, jobs, sheets
from shunda.policies.models import TableVersion, Trial
from shunda.policies.tables import TABLES, checked, declare, read
from shunda.policies.tests.samples import table
from shunda.policies.tests.test_tables import ANNA, AT, BO, LOW, drafted, published

PERMISSIONS = ("policies.view_table", "policies.edit_table", "policies.propose_table", "policies.publish_table",
               "policies.return_table", "policies.drop_table")  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _declared():
    declare(table())
    yield
    del TABLES["test.desk"]


@pytest.fixture
def anna(client):
    client.force_login(user("anna", *PERMISSIONS))
    return client


def grid(rows, version=1, **head):
    data = {"rows-TOTAL_FORMS": str(len(rows)), "rows-INITIAL_FORMS": "0", "version": str(version), **head}
    for index, row in enumerate(rows):
        data |= {f"rows-{index}-{name}": text for name, text in row.items()}
    return data


@pytest.mark.req("R060")
def test_the_tables_are_listed_with_what_decides_and_who_writes(anna):
    drafted()
    page = anna.get(reverse("policies:tables")).content.decode()
    assert "Who looks at an order." in page
    assert page.count("badge") >= 1


def test_a_table_shows_its_rows_as_people_read_them(anna):
    published()
    page = anna.get(reverse("policies:table", args=["test.desk"])).content.decode()
    assert "≥ 2000" in page
    assert "stricter" in page


def test_a_draft_is_begun_edited_in_the_order_of_places_and_saved(anna):
    anna.post(reverse("policies:draft_table", args=["test.desk"]))
    draft = TableVersion.objects.get()
    rows = [
        {"place": "20", "desk": "sales"},
        {"place": "10", "amount": "≥ 1万", "kind": "Sample order", "desk": "boss", "hours": "4", "note": "big"},
        {},
    ]
    answer = anna.post(reverse("policies:edit_table", args=[draft.pk]), grid(rows, note="bigger"))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.note == "bigger"
    assert draft.rows == [
        {"when": {"amount": ">= 10000", "kind": "sample"}, "then": {"desk": "boss", "hours": "4"}, "note": "big"},
        {"when": {}, "then": {"desk": "sales"}, "note": ""},
    ]


def test_a_wrong_cell_is_told_at_its_row_wherever_that_stands(anna):
    draft = drafted()
    rows = [{"place": "20", "amount": "?!", "desk": "sales"}, {"place": "10", "desk": "boss"}]
    answer = anna.post(reverse("policies:edit_table", args=[draft.pk]), grid(rows, version=draft.version))
    assert answer.status_code == 422
    errors = [form.errors for form in answer.context["form"].rows.forms]
    assert ["amount" in error for error in errors] == [True, False]
    draft.refresh_from_db()
    assert draft.rows[0]["when"] == {"amount": ">= 2000"}


def test_a_stale_grid_is_refused(anna):
    draft = drafted()
    answer = anna.post(reverse("policies:edit_table", args=[draft.pk]), grid([{"desk": "sales"}], version=1))
    assert answer.status_code == 422


def test_a_sheet_that_was_downloaded_is_read_back_as_it_is(anna):
    rows, _faults = read(table(), [*LOW, {"when": {"kind": "not sample", "region": "east"}, "then": {"desk": "boss"}}])
    again, faults = read(table(), sheets.read(table(), sheets.write(table(), rows)))
    assert (again, faults) == (rows, [])
    draft = drafted()
    answer = anna.get(reverse("policies:download_table", args=["test.desk", draft.number]))
    upload = SimpleUploadedFile("desk.xlsx", answer.content)
    sent = anna.post(reverse("policies:upload_table", args=[draft.pk]), {"file": upload, "version": draft.version})
    assert sent.status_code == 302


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_table_is_given_out_and_read_back_in_either_language_with_its_notes(language):
    for known in TABLES.values():
        for rows in (known.preset, *(preset.rows for preset in known.presets)):
            with override(language):
                book = sheets.write(known, rows)
            again, faults = read(known, sheets.read(known, book))
            assert (known.name, tuple(again), faults) == (known.name, tuple(rows), [])


def test_a_column_the_table_does_not_have_is_told_and_not_left_out(anna):
    draft = drafted()
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    for at, line in enumerate((["Amuont", "desk"], [">= 5000", "boss"])):
        (book.worksheets() or [book.add_worksheet()])[0].write_row(at, 0, line)
    book.close()
    upload = SimpleUploadedFile("desk.xlsx", out.getvalue())
    answer = anna.post(reverse("policies:upload_table", args=[draft.pk]), {"file": upload, "version": draft.version})
    assert answer.status_code == 422
    assert "Amuont" in answer.content.decode()


def test_every_wrong_cell_of_a_sheet_is_told_with_its_row(anna):
    draft = drafted()
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for at, line in enumerate((["amount", "desk"], ["?", "boss"], [5, "nobody"])):
        sheet.write_row(at, 0, line)
    book.close()
    upload = SimpleUploadedFile("desk.xlsx", out.getvalue())
    answer = anna.post(reverse("policies:upload_table", args=[draft.pk]), {"file": upload, "version": draft.version})
    assert answer.status_code == 422
    assert [(fault["row"], fault["column"]) for fault in answer.context["faults"]] == [("2", "amount"), ("3", "desk")]
    assert [fault["cell"] for fault in answer.context["faults"]] == ["A2", "B3"]
    assert "Sales, Boss" in answer.context["faults"][1]["text"]  # as people read it, not by code


def test_a_sheet_that_begins_further_down_names_its_cells_as_it_counts_them(anna):
    draft = drafted()
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for at, line in enumerate((["amount", "desk"], ["?", "boss"]), 2):
        sheet.write_row(at, 1, line)
    book.close()
    upload = SimpleUploadedFile("desk.xlsx", out.getvalue())
    answer = anna.post(reverse("policies:upload_table", args=[draft.pk]), {"file": upload, "version": draft.version})
    assert [fault["cell"] for fault in answer.context["faults"]] == ["B4"]


def test_a_delivered_note_is_read_in_either_language_and_stays_the_delivered_one():
    proposals = TABLES["credit.proposals"]
    said = {}
    for language in ("zh-hans", "en"):
        with override(language):
            said[language] = [proposals.shown_note(row) for row in proposals.preset]
            typed = [row.as_dict() | {"note": proposals.shown_note(row)} for row in proposals.preset]
        assert tuple(read(proposals, typed)[0]) == proposals.preset
    assert said["zh-hans"][1] == "好客户"
    assert said["en"][1] == "good payer"
    own, _faults = read(proposals, [proposals.preset[0].as_dict() | {"note": "our own"}])
    assert proposals.shown_note(own[0]) == "our own"


def test_what_only_the_folder_knows_is_told_at_the_row_also_below_a_blank_one():
    limits = TABLES["work.limits"]
    rows = [{"when": {}, "then": {}, "note": ""}, {"then": {"hours": "1.5", "clock": "days"}}]
    clean, faults = read(limits, rows)
    assert faults == []
    assert [fault.where for fault in checked(limits, clean, rows)] == ["rows.1.hours"]


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken"])
def test_a_file_that_is_no_sheet_is_refused(anna, content):
    draft = drafted()
    upload = SimpleUploadedFile("desk.xlsx", content)
    answer = anna.post(reverse("policies:upload_table", args=[draft.pk]), {"file": upload, "version": draft.version})
    assert answer.status_code == 422


def test_a_version_goes_to_publication_and_back_by_buttons(anna, client):
    draft = drafted(by=ANNA)
    anna.post(reverse("policies:propose_table", args=[draft.pk]))
    anna.post(reverse("policies:return_table", args=[draft.pk]), {"version": "3", "remark": "too low"})
    anna.post(reverse("policies:propose_table", args=[draft.pk]))
    anna.post(reverse("policies:publish_table", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.status == "published"
    other = drafted([*LOW, {"then": {"desk": "boss"}}])
    anna.post(reverse("policies:drop_table", args=[other.pk]))
    other.refresh_from_db()
    assert other.status == "dropped"


def test_what_is_odd_about_a_draft_is_shown_on_its_page(anna):
    draft = drafted([{"when": {"amount": "> 10"}, "then": {"desk": "boss"}}])
    page = anna.get(reverse("policies:version", args=[draft.pk])).content.decode()
    assert "≤ 10" in page


def test_a_trial_lists_the_changed_cases(anna):
    draft = drafted()
    anna.post(reverse("policies:try_table", args=[draft.pk]))
    trial = Trial.objects.get()
    url = reverse("policies:trial", args=[trial.pk])
    asks_again = f'hx-get="{url}"'
    assert asks_again in anna.get(url).content.decode()
    jobs.try_out([trial.pk], AT)
    page = anna.get(url).content.decode()
    assert "SO3" in page
    assert asks_again not in anna.get(url, headers={"HX-Request": "true"}).content.decode()


def test_why_shows_the_row_that_decided_and_unknown_rows_are_not_found(anna):
    published()
    page = anna.get(reverse("policies:why", args=["test.desk", 1, "1"])).content.decode()
    assert "stricter" in page
    assert anna.get(reverse("policies:why", args=["test.desk", 1, "9"])).status_code == 404
    assert anna.get(reverse("policies:why", args=["test.nothing", 1, "1"])).status_code == 404


@pytest.mark.parametrize("name", ["tables", "table"])
def test_the_pages_need_their_permission(client, name):
    client.force_login(user("eve", "orders.view_order"))
    args = ["test.desk"] if name == "table" else []
    assert client.get(reverse(f"policies:{name}", args=args)).status_code == 403


@pytest.fixture
def call(client):
    """Ask the API as somebody with every permission over tables."""
    somebody = user("robot", *PERMISSIONS)
    now = datetime.now(UTC)
    token = create_token(TokenSpec("t", ["*"], now + timedelta(days=1)), by=actor_for(somebody), at=now).one()

    def send(method, path, body=None, status=200):
        answer = client.generic(
            method,
            f"/api/v1/decision-tables{path}",
            json.dumps(body) if body is not None else b"",
            content_type="application/json",
            headers={"Authorization": f"Bearer {token.raw}", "Accept-Language": "en"},
        )
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    return send


def test_the_api_takes_a_table_from_draft_to_publication_and_explains_it(call):
    [draft] = call("POST", "/draft", {"names": ["test.desk"]})["done"]
    rows = [{"when": {"amount": "> 10"}, "then": {"desk": "boss"}}]
    changed = call("PUT", f"/versions/{draft['id']}", {"rows": rows, "version": 1})
    assert changed["rows"] == [{"when": {"amount": "> 10"}, "then": {"desk": "boss"}, "note": ""}]
    assert call("GET", f"/versions/{draft['id']}/remarks") == [{"kind": "gap", "rows": [], "where": {"amount": "≤ 10"}}]
    [trial] = call("POST", "/try", {"items": [{"id": draft["id"]}]})["done"]
    jobs.try_out([trial["id"]], AT)
    assert call("GET", f"/trials/{trial['id']}")["finished_at"]
    items = {"items": [{"id": draft["id"], "version": 2}]}
    call("POST", "/propose", items)
    again = {"items": [{"id": draft["id"]}]}
    call("POST", "/return", {**again, "remark": "lower"})
    call("POST", "/propose", again)
    refused = call("POST", "/publish", again, 409)
    assert refused["refusals"][0]["code"] == "policies.own-draft"
    actions.publish_table([draft["id"]], by=BO, at=datetime.now(UTC)).one()
    table = call("GET", "/test.desk")
    assert (table["version"], table["rows"][0]["when"]) == (1, {"amount": "> 10"})
    assert [row["number"] for row in call("GET", "/test.desk/versions")["items"]] == [1]
    assert "test.desk" in [row["name"] for row in call("GET", "")]


def test_the_api_names_every_wrong_cell_and_unknown_tables(call):
    [draft] = call("POST", "/draft", {"names": ["test.desk"]})["done"]
    body = {"rows": [{"when": {"amount": "?"}, "then": {"desk": "nobody"}}]}
    refused = call("PUT", f"/versions/{draft['id']}", body, 409)
    assert [refusal["data"]["where"] for refusal in refused["refusals"]] == ["rows.0.amount", "rows.0.desk"]
    call("GET", "/nothing", status=404)
    call("POST", "/drop", {"items": [{"id": draft["id"]}]})
    assert call("GET", f"/versions/{draft['id']}")["status"] == "dropped"

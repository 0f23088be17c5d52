"""The pages of customers as people use them, in both languages."""

from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.models import User
from shunda.accounts.tests.builders import region, user
from shunda.customers.models import Address, Contact, Customer, CustomerAttachment, PaymentTerm
from shunda.customers.tests import builders
from shunda.customers.tests.credit_codes import GOOD

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
_n = count()


def web(*permissions, **options):
    client = Client()
    client.person = user(f"web{next(_n)}", *permissions, **options)
    client.force_login(client.person, backend=BACKEND)
    return client


@pytest.fixture
def boss():
    return web("*")


def data(**fields):
    return {
        "name": "上海顺达贸易有限公司", "country": "CN", "credit_code": GOOD[0], "customer_class": "distributor",
        "grade": "A", "term": builders.term().pk, "currency": "cny", "address_country": "CN",
    } | fields  # fmt: skip


ADDRESS = {
    "country": "CN", "province": "上海市", "city": "上海市", "district": "浦东新区", "street": "世纪大道100号",
    "postcode": "200120", "receiver": "李经理", "phone": "13900139000",
}  # fmt: skip


def counted(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as ran:
        assert client.get(url).status_code == 200
    return len(ran)


@pytest.mark.parametrize(("language", "word"), [("en", "Customers"), ("zh-hans", "客户")])
def test_the_list_speaks_both_languages_and_finds_by_pinyin(boss, language, word):
    builders.customer("C1", name="北京轴承有限公司")
    builders.customer("C2", name="广州贸易公司")
    User.objects.update(language=language)
    page = boss.get(reverse("customers:index"), {"q": "bjzc"})
    assert word in page.text
    assert "北京轴承有限公司" in page.text
    assert "广州贸易公司" not in page.text


def test_the_list_filters_and_shows_only_the_own_area(boss):
    east, rep = region("east"), web("customers.view_customer", reach="own")
    builders.customer("MINE", owner=rep.person, grade="A")
    builders.customer("EAST", region=east, frozen=True, customer_class="retail")
    url = reverse("customers:index")
    for query, found in [
        ({"region": east.pk}, "EAST"), ({"owner": rep.person.pk}, "MINE"), ({"frozen": "yes"}, "EAST"),
        ({"frozen": "no"}, "MINE"), ({"grade": "A"}, "MINE"), ({"customer_class": "retail"}, "EAST"),
    ]:  # fmt: skip
        text = boss.get(url, query).text
        other = {"MINE": "EAST", "EAST": "MINE"}[found]
        assert f">{found}<" in text
        assert f">{other}<" not in text
    assert ">EAST<" not in rep.get(url).text
    assert rep.get(reverse("customers:detail", args=[Customer.objects.get(code="EAST").pk])).status_code == 404
    assert [i["value"] for i in rep.get(reverse("customers:suggest"), {"q": "有限公司"}).json()["items"]] == ["MINE"]


@pytest.mark.parametrize("name", ["index", "detail"])
def test_pages_of_much_take_as_many_queries_as_pages_of_little(boss, name):
    row = builders.customer("C0", owner=boss.person, region=region())
    url = reverse(f"customers:{name}", args=[row.pk] if name == "detail" else [])
    few = counted(boss, url)
    for n in range(1, 20):
        builders.customer(f"C{n}", owner=boss.person, region=Customer.objects.get(code="C0").region)
        builders.address(row)
        Contact.objects.create(customer=row, name=f"{n}")
    assert counted(boss, url) == few


@pytest.mark.req("R021", "R024", "R025", "R071")
def test_a_customer_file_is_opened_with_its_first_address_and_contact(boss):
    first = {f"address_{name}": value for name, value in ADDRESS.items()}
    page = boss.post(
        reverse("customers:create"), data(contact_name="王采购", contact_phone="021-62551234", **first), follow=True
    )
    row = Customer.objects.get()
    assert (row.code, row.currency) == ("C00001", "CNY")
    for shown in ("世纪大道100号", "13900139000", "王采购", GOOD[0], "Customer file opened"):
        assert shown in page.text


def test_refusals_stand_beside_the_fields_of_address_and_contact_too(boss):
    builders.customer("C1", credit_code=GOOD[0])
    first = {f"address_{name}": value for name, value in (ADDRESS | {"postcode": "1"}).items()}
    page = boss.post(reverse("customers:create"), data(contact_name="x", contact_phone="+49 30 901820", **first))
    assert page.status_code == 422
    errors = page.context["form"].errors
    assert set(errors) == {"credit_code", "address_postcode", "contact_phone"}
    assert "belongs to customer C1 already" in errors["credit_code"][0]
    assert "number of another country (+49)" in errors["contact_phone"][0]


def test_a_representative_opens_files_for_itself():
    rep = web("customers.view_customer", "customers.create_customer", reach="own")
    page = rep.get(reverse("customers:create"))
    assert "owner" not in page.context["form"].fields
    rep.post(reverse("customers:create"), data())
    assert Customer.objects.get().owner == rep.person


def test_a_customer_is_changed_and_a_stale_change_shows_both_sides(boss):
    row = builders.customer("C1", credit_code=GOOD[0])
    url = reverse("customers:edit", args=[row.pk])
    sent = data(code="C1", name="新名称", version="1")
    assert boss.post(url, sent).url == reverse("customers:detail", args=[row.pk])
    again = boss.post(url, sent | {"name": "更新的名称"})
    assert again.status_code == 422
    assert "Somebody else changed this" in again.text
    page = boss.get(reverse("customers:detail", args=[row.pk])).text
    assert "上海C1有限公司" in page  # the timeline keeps the old name
    assert "A: key account" in page


@pytest.mark.req("R076")
def test_phones_and_accounts_are_masked_for_those_who_do_not_need_them():
    row = builders.customer(
        "C1", credit_code=GOOD[0], phone="021-62551234", bank="中国银行", bank_account="6222021234567890"
    )
    Contact.objects.update(email="li@example.com")
    secrets = ("021-62551234", "6222021234567890", "13800138000", "li@example.com")
    detail, edit = (reverse(f"customers:{name}", args=[row.pk]) for name in ("detail", "edit"))
    address = reverse("customers:address_edit", args=[row.pk, Address.objects.get().pk])
    contact = reverse("customers:contact_edit", args=[row.pk, Contact.objects.get().pk])
    plain = web("customers.view_customer", "customers.edit_customer")
    for url in (detail, edit, address, contact, reverse("customers:index")):
        text = plain.get(url).text
        assert not [secret for secret in secrets if secret in text]
    assert "138****8000" in plain.get(detail).text
    assert "************7890" in plain.get(edit).text
    trusted = web("customers.view_customer", "customers.edit_customer", "customers.view_private")
    assert all(secret in trusted.get(detail).text for secret in secrets)


@pytest.mark.req("R076")
def test_what_is_masked_stays_when_it_is_left_empty_and_changes_when_it_is_typed():
    row = builders.customer("C1", credit_code=GOOD[0], phone="021-62551234")
    plain = web("customers.view_customer", "customers.edit_customer")
    sent = data(code="C1", version="1", phone="", name="新名称")
    plain.post(reverse("customers:edit", args=[row.pk]), sent)
    assert Customer.objects.get().phone == "021-62551234"
    plain.post(reverse("customers:edit", args=[row.pk]), sent | {"version": "2", "phone": "010-62551234"})
    assert Customer.objects.get().phone == "010-62551234"
    address = reverse("customers:address_edit", args=[row.pk, Address.objects.get().pk])
    sent = ADDRESS | {"street": "南京路1号", "phone": "", "is_default": "on", "active": "on", "version": "3"}
    plain.post(address, sent)
    assert (Address.objects.get().street, Address.objects.get().phone) == ("南京路1号", "13800138000")


def test_addresses_and_contacts_are_added_changed_and_closed(boss):
    row = builders.customer()
    here = reverse("customers:detail", args=[row.pk])
    assert boss.post(reverse("customers:address_create", args=[row.pk]), ADDRESS | {"street": "南京路1号"}).url == here
    new = Address.objects.get(street="南京路1号")
    url = reverse("customers:address_edit", args=[row.pk, new.pk])
    boss.post(url, ADDRESS | {"street": "南京路2号", "version": "2", "is_default": "on", "active": "on"})
    new.refresh_from_db()
    assert (new.street, new.is_default) == ("南京路2号", True)
    refused = boss.post(url, ADDRESS | {"version": "3"})
    assert refused.status_code == 422
    assert "This is the default" in refused.text
    boss.post(reverse("customers:contact_create", args=[row.pk]), {"name": "王采购", "may_sign": "on"})
    contact = Contact.objects.get(name="王采购")
    url = reverse("customers:contact_edit", args=[row.pk, contact.pk])
    boss.post(url, {"name": "王采购", "email": "w@example.com", "version": "4"})
    contact.refresh_from_db()
    assert (contact.email, contact.active, contact.may_sign) == ("w@example.com", False, False)
    text = boss.get(here).text
    assert "address: street and number" in text
    assert "南京路2号" in text
    other = builders.customer("C2")
    assert boss.get(reverse("customers:address_edit", args=[other.pk, new.pk])).status_code == 404


@pytest.mark.req("R029")
def test_papers_are_attached_opened_and_removed(boss):
    row = builders.customer()
    url = reverse("customers:attach", args=[row.pk])
    sent = {"file": SimpleUploadedFile("licence.pdf", b"%PDF-1.7"), "kind": "licence", "note": "copy"}
    boss.post(url, sent)
    paper = CustomerAttachment.objects.get()
    here = reverse("customers:detail", args=[row.pk])
    assert "licence.pdf" in boss.get(here).text
    opened = boss.get(reverse("customers:paper", args=[row.pk, paper.pk]))
    assert (opened.content, opened["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    refused = boss.post(url, {"file": SimpleUploadedFile("a.exe", b"MZ\x90\x00"), "kind": "other"})
    assert refused.status_code == 422
    assert "no file of a kind that is kept here" in refused.text
    boss.post(reverse("customers:detach", args=[row.pk]), {"row": paper.pk})
    assert "No papers yet" in boss.get(here).text
    foreign = web("customers.view_customer", reach="own")
    assert foreign.get(reverse("customers:paper", args=[row.pk, paper.pk])).status_code == 404


def test_customers_are_frozen_one_or_several_after_saying_why(boss):
    rows = [builders.customer("C1"), builders.customer("C2")]
    ticks = {"row": [f"{row.pk}:1" for row in rows]}
    asked = boss.post(reverse("customers:freeze"), ticks)
    assert asked.status_code == 200
    assert "上海C2有限公司" in asked.text
    assert boss.post(reverse("customers:freeze"), ticks | {"reason": " "}).status_code == 422
    page = boss.post(reverse("customers:freeze"), ticks | {"reason": "owes since March"}, follow=True)
    assert Customer.objects.filter(frozen=True).count() == 2
    assert "Frozen: new orders are refused. (2)" in page.text
    assert boss.get(reverse("customers:unfreeze"), {"row": rows[0].pk}).status_code == 200
    sent = {"row": f"{rows[0].pk}:2", "reason": "paid"}
    page = boss.post(reverse("customers:unfreeze"), sent, follow=True)
    assert page.redirect_chain[-1][0] == reverse("customers:detail", args=[rows[0].pk])
    assert "owes since March" in page.text  # the timeline
    again = boss.post(reverse("customers:unfreeze"), sent | {"row": f"{rows[0].pk}:3"}, follow=True)
    assert "C1 is not frozen" in again.text


def test_customers_go_to_another_representative(boss):
    row, new = builders.customer(), user("new")
    assert boss.get(reverse("customers:assign"), {"row": row.pk}).status_code == 200
    boss.post(reverse("customers:assign"), {"row": f"{row.pk}:1", "owner": new.pk})
    assert Customer.objects.get().owner == new
    assert "→ <ins>New</ins>" in boss.get(reverse("customers:detail", args=[row.pk])).text


def test_payment_terms_are_made_and_changed(boss):
    boss.post(reverse("customers:term_create"), {"code": "c45", "name": "账期45天", "kind": "credit", "days": "45"})
    term = PaymentTerm.objects.get()
    assert "账期45天" in boss.get(reverse("customers:terms")).text
    sent = {"code": "c45", "name": "账期60天", "kind": "credit", "days": "60", "active": "on", "version": "1"}
    boss.post(reverse("customers:term_edit", args=[term.pk]), sent)
    assert PaymentTerm.objects.get().days == 60
    wrong = boss.post(reverse("customers:term_edit", args=[term.pk]), sent | {"days": "0", "version": "2"})
    assert wrong.status_code == 422
    assert "needs its days" in wrong.text


PAGES = ["index", "create", "terms", "term_create", "freeze", "unfreeze", "assign"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_in_both_languages(boss, name, language):
    row = builders.customer()
    User.objects.update(language=language)
    assert boss.get(reverse(f"customers:{name}"), {"row": row.pk}).status_code == 200


def test_who_only_looks_sees_no_buttons_and_opens_no_forms():
    viewer = web("customers.view_customer")
    row = builders.customer()
    page = viewer.get(reverse("customers:detail", args=[row.pk])).text
    assert reverse("customers:edit", args=[row.pk]) not in page
    assert reverse("customers:freeze") not in page
    answers = {name: viewer.get(reverse(f"customers:{name}")).status_code for name in PAGES}
    assert {name for name, status in answers.items() if status == 200} == {"index", "terms"}
    assert web().get(reverse("customers:index")).status_code == 403
    assert Client().get(reverse("customers:index")).status_code == 302

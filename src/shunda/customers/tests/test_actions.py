"""Writes on customers."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor, region, user
from shunda.core.actor import Actor, system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.customers import actions, queries, verify
from shunda.customers.models import Address, Contact, Customer, CustomerAttachment, PaymentTerm
from shunda.customers.specs import AddressSpec, AttachmentSpec, ContactSpec, CustomerSpec, TermSpec
from shunda.customers.tests import builders
from shunda.customers.tests.credit_codes import GOOD
from shunda.files.specs import Upload

AT = datetime(2026, 5, 6, 9, tzinfo=UTC)
BY = system("tests")
CREATE, EDIT = "customers.create_customer", "customers.edit_customer"

pytestmark = pytest.mark.django_db


def address(**fields):
    return AddressSpec(
        **{
            "province": "上海市", "city": "上海市", "district": "浦东新区", "street": "世纪大道100号",
            "postcode": "200120", "receiver": "李经理", "phone": "13800138000",
        }
        | fields
    )  # fmt: skip


def spec(n=0, **fields):
    term_id = fields.pop("term_id", None) or builders.term().pk
    fields.setdefault("credit_code", GOOD[n])
    return CustomerSpec(fields.pop("name", "上海顺达贸易有限公司"), term_id, **fields)


def create(*specs, by=BY):
    return actions.create_customers(specs, by=by, at=AT)


def codes(outcome):
    return [(r.id, r.code) for r in outcome.refused]


def readable(outcome):
    assert all("%(" not in r.message and "{" not in r.message for r in outcome.refused)


@pytest.mark.req("R021", "R022", "R023", "R024", "R025", "R071", "R072")
def test_a_customer_file_holds_licence_bank_addresses_contacts_class_and_terms():
    owner, east = user("rep"), region()
    row = create(
        spec(
            short_name="顺达",
            credit_code=f" {GOOD[0].lower()} ",
            bank="中国银行上海分行",
            bank_account="6222 0212 3456 7890",
            phone="021-62551234",
            customer_class="distributor",
            grade="A",
            industry="机械",
            region_id=east.pk,
            owner_id=owner.pk,
            addresses=[address(), address(street="南京路1号", is_default=True)],
            contacts=[ContactSpec("李经理", phone="13800138000"), ContactSpec("王会计", email="w@example.com")],
        )
    ).one()
    stored = Customer.objects.get(pk=row.pk)
    assert (stored.code, stored.credit_code, stored.bank_account) == ("C00001", GOOD[0], "6222021234567890")
    assert [a.street for a in queries.addresses_of(row.pk)] == ["南京路1号", "世纪大道100号"]
    assert [(c.name, c.is_default) for c in queries.contacts_of(row.pk)] == [("李经理", True), ("王会计", False)]
    assert Event.objects.get(kind="customer.create").subject_id == row.pk
    for text in ("顺达", "sdmy", "C00001", GOOD[0][:9], "王会计", "王"):
        assert [c.pk for c in queries.find(text, BY)] == [row.pk]
    assert list(verify.check()) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": " "}, [("customers.required-name", "name")]),
        ({"name": "x" * 121}, [("customers.too-long-name", "name")]),
        ({"note": "x" * 2001}, [("customers.note-too-long", "note")]),
        ({"code": "c-taken"}, [("customers.code-taken", "code")]),
        ({"credit_code": ""}, [("customers.credit-code-missing", "credit_code")]),
        ({"credit_code": "91110000600037342L"}, [("customers.credit-code-check", "credit_code")]),
        ({"credit_code": GOOD[9]}, [("customers.credit-code-taken", "credit_code")]),
        ({"country": "XX"}, [("customers.choice-country", "country")]),
        ({"currency": "XXX1"}, [("customers.choice-currency", "currency")]),
        ({"customer_class": "king"}, [("customers.choice-customer-class", "customer_class")]),
        ({"grade": "Z"}, [("customers.choice-grade", "grade")]),
        ({"term_id": 10**9}, [("customers.choice-term", "term")]),
        ({"region_id": 10**9}, [("customers.choice-region", "region")]),
        ({"owner_id": 10**9}, [("customers.choice-owner", "owner")]),
        ({"phone": "+49 30 901820"}, [("customers.phone-foreign", "phone")]),
        ({"phone": "123"}, [("customers.phone-wrong", "phone")]),
        ({"bank_account": "12"}, [("customers.account-wrong", "bank_account"), ("customers.bank-missing", "bank")]),
        ({"addresses": [address(postcode="1")]}, [("customers.postcode-wrong", "addresses.0.postcode")]),
        ({"contacts": [ContactSpec("a", email="b")]}, [("customers.email-wrong", "contacts.0.email")]),
        ({"addresses": [address(is_default=True)] * 2}, [("customers.two-defaults", "addresses")]),
        ({"contacts": [ContactSpec("a", is_default=True, active=False)]}, [("customers.closed-default", "contacts")]),
    ],
)
def test_a_faulty_customer_is_told_every_fault_and_the_others_of_the_batch_go_through(fields, expected):
    builders.customer("C-TAKEN", credit_code=GOOD[9])
    outcome = create(spec(**fields), spec(1))
    assert [(r.id, r.code, r.data["where"]) for r in outcome.refused] == [(0, *one) for one in expected]
    readable(outcome)
    assert [row.credit_code for row in outcome.done] == [GOOD[1]]
    assert Customer.objects.count() == 2


@pytest.mark.req("R023")
def test_a_customer_abroad_needs_no_credit_code():
    berlin = AddressSpec(
        street="Obere Str. 57", city="Berlin", receiver="Maria Anders", phone="030-0074321", country="DE"
    )
    row = create(spec(name="Alfreds Futterkiste", country="DE", credit_code="", addresses=[berlin])).one()
    assert (row.credit_code, row.currency) == ("", "CNY")


def test_the_same_customer_twice_in_a_batch_is_made_once():
    outcome = create(spec(0, code="A"), spec(0), spec(1, code="a"))
    assert [row.code for row in outcome.done] == ["A"]
    assert codes(outcome) == [(1, "customers.code-twice"), (2, "customers.code-twice")]


def test_numbers_leave_out_what_was_typed_by_hand():
    builders.customer("c00001")
    assert [row.code for row in create(spec(0), spec(1)).done] == ["C00002", "C00003"]


def test_a_representative_owns_what_it_enters_and_cannot_enter_for_others():
    rep, other = actor(CREATE, reach="own"), user("other")
    assert create(spec(0), by=rep).one().owner_id == rep.id
    assert codes(create(spec(1, owner_id=other.pk), by=rep)) == [(0, "customers.outside-area")]


def test_a_regional_manager_enters_customers_of_the_region_alone():
    east, west = region("east"), region("west")
    manager = actor(CREATE, EDIT, reach="region", regions=[east])
    row = create(spec(0, region_id=east.pk), by=manager).one()
    assert codes(create(spec(1, region_id=west.pk), by=manager)) == [(0, "customers.outside-area")]
    outcome = actions.edit_customers({row.pk: {"region_id": west.pk}}, by=manager, at=AT)
    assert codes(outcome) == [(row.pk, "customers.outside-area")]


def test_an_edit_changes_what_is_told_and_keeps_the_rest():
    row = builders.customer("C1", credit_code=GOOD[0], bank="中国银行", bank_account="6222021234567890")
    changes = {"name": "北京轴承有限公司", "phone": "010-62551234", "bank_account": "6222-0212-3456-0000"}
    changed = actions.edit_customers({row.pk: changes}, by=BY, at=AT, versions={row.pk: 1}).one()
    assert (changed.version, changed.phone, changed.bank_account) == (2, "010-62551234", "6222021234560000")
    assert [c.pk for c in queries.find("bjzc", BY)] == [row.pk]
    assert Event.objects.get(kind="customer.edit").data["changes"] == {
        "name": ["上海C1有限公司", "北京轴承有限公司"],
        "phone": ["", "010-****1234"],
        "bank_account": ["************7890", "************0000"],
    }
    assert list(verify.check()) == []


def test_an_edit_is_refused_for_what_it_changes_and_not_for_old_gaps():
    row = builders.customer("C1")  # without credit code, as old files are
    builders.customer("C2", credit_code=GOOD[1])
    assert actions.edit_customers({row.pk: {"note": "calls on Mondays"}}, by=BY, at=AT).one().note
    for changes, code in [
        ({"credit_code": ""}, "customers.credit-code-missing"),
        ({"credit_code": GOOD[1]}, "customers.credit-code-taken"),
        ({"code": "c2"}, "customers.code-taken"),
        ({"code": ""}, "customers.no-code"),
        ({"name": ""}, "customers.required-name"),
        ({"term_id": 10**9}, "customers.choice-term"),
        ({"bank_account": "62220212345"}, "customers.bank-missing"),
    ]:
        outcome = actions.edit_customers({row.pk: changes}, by=BY, at=AT)
        assert codes(outcome) == [(row.pk, code)]
        readable(outcome)
    with pytest.raises(LookupError, match="frozen"):
        actions.edit_customers({row.pk: {"frozen": True}}, by=BY, at=AT)


def test_a_stale_edit_and_a_customer_outside_the_area_are_refused():
    mine = actor(EDIT, "customers.freeze_customer", "customers.assign_customer", reach="own")
    row, foreign = builders.customer("C1", version=3), builders.customer("C2")
    Customer.objects.filter(pk=row.pk).update(owner=mine.id)
    outcome = actions.edit_customers(
        {row.pk: {"note": "x"}, foreign.pk: {"note": "x"}}, by=mine, at=AT, versions={row.pk: 2}
    )
    assert codes(outcome) == [(foreign.pk, "not-found"), (row.pk, "stale")]
    for refused in (
        actions.freeze_customers([foreign.pk], "r", by=mine, at=AT),
        actions.change_owner([foreign.pk], mine.id, by=mine, at=AT),
    ):
        assert codes(refused) == [(foreign.pk, "not-found")]
    assert codes(actions.add_addresses([address(customer_id=foreign.pk)], by=mine, at=AT)) == [(0, "not-found")]


def test_customers_are_frozen_and_unfrozen_with_a_reason():
    row = builders.customer()
    frozen = actions.freeze_customers([row.pk], " owes since March ", by=BY, at=AT).one()
    assert (frozen.frozen, frozen.frozen_reason, frozen.version) == (True, "owes since March", 2)
    assert codes(actions.freeze_customers([row.pk], "again", by=BY, at=AT)) == [(row.pk, "customers.already-frozen")]
    free = actions.unfreeze_customers([row.pk], "paid", by=BY, at=AT).one()
    assert (free.frozen, free.frozen_reason) == (False, "")
    assert codes(actions.unfreeze_customers([row.pk], "x", by=BY, at=AT)) == [(row.pk, "customers.not-frozen")]
    for act in (actions.freeze_customers, actions.unfreeze_customers):
        assert codes(act([row.pk], " ", by=BY, at=AT)) == [(row.pk, "customers.reason-missing")]
        assert codes(act([row.pk], "x" * 201, by=BY, at=AT)) == [(row.pk, "customers.reason-too-long")]
    told = [(e.kind, e.data) for e in Event.objects.order_by("id")]
    assert told == [
        ("customer.freeze", {"reason": "owes since March"}),
        ("customer.unfreeze", {"reason": "paid", "was": "owes since March"}),
    ]


def test_customers_go_to_another_representative():
    old, new, gone = user("old"), user("new"), user("gone", is_active=False)
    row = builders.customer(owner=old)
    assert actions.change_owner([row.pk], new.pk, by=BY, at=AT).one().owner_id == new.pk
    assert codes(actions.change_owner([row.pk], new.pk, by=BY, at=AT)) == [(row.pk, "customers.same-owner")]
    assert codes(actions.change_owner([row.pk], gone.pk, by=BY, at=AT)) == [(row.pk, "customers.unknown-owner")]
    assert Event.objects.get().data == {"changes": {"owner": ["Old", "New"]}}


@pytest.mark.req("R024")
def test_addresses_are_added_changed_and_closed_under_the_customers_version():
    row = builders.customer()
    first = row.addresses.get()
    added = actions.add_addresses(
        [address(customer_id=row.pk, street="南京路1号", is_default=True), address(customer_id=row.pk, postcode="x")],
        by=BY,
        at=AT,
        versions={row.pk: 1},
    )
    assert codes(added) == [(1, "customers.postcode-wrong")]
    assert [a.street for a in queries.addresses_of(row.pk)] == ["南京路1号", "世纪大道100号"]
    stale = actions.edit_addresses({first.pk: {"is_default": True}}, by=BY, at=AT, versions={row.pk: 1})
    assert codes(stale) == [(first.pk, "stale")]
    actions.edit_addresses({first.pk: {"is_default": True, "phone": "13900139000"}}, by=BY, at=AT).one()
    assert queries.addresses_of(row.pk)[0].pk == first.pk
    for changes, code in [
        ({"active": False}, "customers.default-stays"),
        ({"is_default": False}, "customers.default-stays"),
        ({"street": ""}, "customers.required-address-street"),
    ]:
        outcome = actions.edit_addresses({first.pk: changes}, by=BY, at=AT)
        assert codes(outcome) == [(first.pk, code)]
        readable(outcome)
    second = added.done[0]
    closing = actions.edit_addresses({second.pk: {"active": False}, 10**9: {"street": "x"}}, by=BY, at=AT)
    assert codes(closing) == [(10**9, "not-found")]
    again = actions.edit_addresses({second.pk: {"is_default": True}}, by=BY, at=AT)
    assert codes(again) == [(second.pk, "customers.closed-default")]
    assert Customer.objects.get(pk=row.pk).version == 4
    events = list(Event.objects.filter(kind="customer.edit").order_by("id"))
    assert events[1].data["address"][str(first.pk)]["phone"] == ["138****8000", "139****9000"]
    assert len(events) == 3


def test_contacts_are_added_and_found_until_they_leave():
    row = builders.customer()
    added = actions.add_contacts([ContactSpec("赵采购", customer_id=row.pk), ContactSpec("x")], by=BY, at=AT)
    assert codes(added) == [(1, "customers.unknown-customer")]
    assert [c.pk for c in queries.find("赵采购", BY)] == [row.pk]
    actions.edit_contacts({added.done[0].pk: {"active": False}}, by=BY, at=AT).one()
    assert queries.find("赵采购", BY) == []
    outcome = actions.edit_contacts({added.done[0].pk: {"email": "x"}}, by=BY, at=AT)
    assert codes(outcome) == [(added.done[0].pk, "customers.email-wrong")]
    with pytest.raises(LookupError, match="customer_id"):
        actions.edit_contacts({added.done[0].pk: {"customer_id": 1}}, by=BY, at=AT)
    assert list(verify.check()) == []


def test_a_customer_without_addresses_takes_its_first_as_default():
    row = create(spec()).one()
    one, two = actions.add_addresses([address(customer_id=row.pk)] * 2, by=BY, at=AT).done
    assert (one.is_default, two.is_default) == (True, False)


def test_papers_are_kept_with_the_customer_and_leave_its_file_without_being_lost():
    row = builders.customer()
    pdf = Upload("licence.pdf", b"%PDF-1.7", 8)
    outcome = actions.attach(
        [
            AttachmentSpec(10**9, pdf),
            AttachmentSpec(row.pk, pdf, "licence", " copy "),
            AttachmentSpec(row.pk, Upload("a.exe", b"MZ\x00", 3)),
            AttachmentSpec(row.pk, pdf, "poem", "x" * 201),
        ],
        by=BY,
        at=AT,
    )
    assert codes(outcome) == [
        (0, "customers.unknown-customer"), (3, "customers.attachment-kind"), (3, "customers.too-long-attachment-note"),
        (2, "files.not-allowed"),
    ]  # fmt: skip
    readable(outcome)
    [paper] = queries.attachments_of(row.pk)
    assert (paper.file.name, paper.kind, paper.note, paper.attached_by) == ("licence.pdf", "licence", "copy", "tests")
    gone = actions.detach([paper.pk, 10**9], by=BY, at=AT)
    assert (len(gone.done), codes(gone)) == (1, [(10**9, "not-found")])
    assert list(queries.attachments_of(row.pk)) == []
    assert CustomerAttachment.objects.filter(pk=paper.pk, active=False).exists()
    assert list(Event.objects.order_by("id").values_list("kind", "data")) == [
        ("customer.attach", {"files": ["licence.pdf"]}), ("customer.detach", {"files": ["licence.pdf"]}),
    ]  # fmt: skip


@pytest.mark.req("R027")
def test_payment_terms_are_made_changed_and_closed_when_nobody_has_them():
    made = actions.create_terms(
        [
            TermSpec("credit45", "账期45天", days=45),
            TermSpec("x", "x", days=0),
            TermSpec("y", "y", "prepaid", days=3),
            TermSpec("z", "z", "someday", days=3),
            TermSpec("credit45", "again", days=1),
            TermSpec("w", "w", days=366),
            TermSpec("", ""),
        ],
        by=BY,
        at=AT,
    )
    assert codes(made) == [
        (1, "customers.days-missing"), (2, "customers.days-without-credit"), (3, "customers.term-kind"),
        (3, "customers.days-without-credit"), (4, "customers.code-twice"), (5, "customers.days-wrong"),
        (6, "customers.required-term-code"), (6, "customers.required-term-name"), (6, "customers.days-missing"),
    ]  # fmt: skip
    readable(made)
    [term] = made.done
    assert actions.edit_terms({term.pk: {"days": 60}}, by=BY, at=AT, versions={term.pk: 1}).one().days == 60
    row = builders.customer()
    for pk, changes, code in [
        (row.term_id, {"active": False}, "customers.term-in-use"),
        (term.pk, {"code": "credit30"}, "customers.code-taken"),
        (term.pk, {"days": 0}, "customers.days-missing"),
    ]:
        assert codes(actions.edit_terms({pk: changes}, by=BY, at=AT)) == [(pk, code)]
    actions.edit_terms({term.pk: {"active": False}}, by=BY, at=AT).one()
    assert [t.code for t in queries.terms()] == ["credit30"]
    assert codes(create(spec(term_id=term.pk))) == [(0, "customers.choice-term")]


def test_customers_and_what_belongs_to_them_cannot_be_deleted():
    builders.customer()
    for model in (Contact, Address, Customer, PaymentTerm):
        with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
            model.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("act", "permission"),
    [
        (lambda by: actions.create_customers([], by=by, at=AT), CREATE),
        (lambda by: actions.edit_customers({}, by=by, at=AT), EDIT),
        (lambda by: actions.add_addresses([], by=by, at=AT), EDIT),
        (lambda by: actions.edit_contacts({}, by=by, at=AT), EDIT),
        (lambda by: actions.attach([], by=by, at=AT), EDIT),
        (lambda by: actions.freeze_customers([], "r", by=by, at=AT), "customers.freeze_customer"),
        (lambda by: actions.change_owner([], 1, by=by, at=AT), "customers.assign_customer"),
        (lambda by: actions.create_terms([], by=by, at=AT), "customers.edit_term"),
    ],
)
def test_each_write_needs_its_permission(act, permission):
    with pytest.raises(NotPermitted, match=permission):
        act(Actor(None, "x", frozenset({"customers.view_customer"})))
    act(Actor(None, "x", frozenset({permission})))


def test_many_customers_take_as_many_queries_as_one():
    term = builders.term().pk

    def counted(first, n):
        counts = []
        with CaptureQueriesContext(connection) as ran:
            done = create(
                *(spec(first + i, term_id=term, addresses=[address()], contacts=[ContactSpec("李")]) for i in range(n))
            ).done
        counts.append(len(ran))
        assert len(done) == n
        with CaptureQueriesContext(connection) as ran:
            actions.edit_customers({row.pk: {"name": "新名"} for row in done}, by=BY, at=AT)
        counts.append(len(ran))
        with CaptureQueriesContext(connection) as ran:
            actions.add_contacts([ContactSpec("王", customer_id=row.pk) for row in done], by=BY, at=AT)
        counts.append(len(ran))
        with CaptureQueriesContext(connection) as ran:
            actions.freeze_customers([row.pk for row in done], "r", by=BY, at=AT)
        return [*counts, len(ran)]

    assert counted(0, 1) == counted(1, 40)

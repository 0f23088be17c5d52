"""Credit codes, phones, addresses, masking."""

import pytest

from shunda.customers import rules
from shunda.customers.specs import AddressSpec, ContactSpec
from shunda.customers.tests.credit_codes import BROKEN, GOOD


def code_of(found):
    return found and found[0].code


@pytest.mark.req("R023")
def test_every_published_credit_code_is_good_and_every_mistyped_one_is_not():
    assert (len(GOOD), len(BROKEN)) == (60, 60)
    assert [code for code in GOOD if rules.why_credit_code(code)] == []
    assert [code for code in BROKEN if not rules.why_credit_code(code)] == []


@pytest.mark.req("R023")
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("9111000060003734", "customers.credit-code-length"),
        ("91110000600037341L1", "customers.credit-code-length"),
        ("9111000060003734IL", "customers.credit-code-character"),
        ("911100A0600037341L", "customers.credit-code-character"),
        ("91110000600037342L", "customers.credit-code-check"),
        ("911100006000373411", "customers.credit-code-check"),
        ("91110000600037341L", None),
    ],
)
def test_a_credit_code_is_refused_for_what_is_wrong_with_it(code, reason):
    assert code_of(rules.why_credit_code(code)) == reason


def test_credit_codes_are_read_as_people_copy_them():
    assert rules.tidy_credit_code(" 91110000 6000-37341l ") == "91110000600037341L"


@pytest.mark.req("R025", "R036")
@pytest.mark.parametrize(
    ("phone", "country", "reason"),
    [
        ("13800138000", "CN", None),
        ("+86 138 0013 8000", "CN", None),
        ("0086-13800138000", "CN", None),
        ("010-62551234", "CN", None),
        ("021 6255 1234", "CN", None),
        ("021-62551234 转 801", "CN", None),
        ("400-810-8888", "CN", None),
        ("1380013800", "CN", "customers.phone-wrong"),
        ("138001380000", "CN", "customers.phone-wrong"),
        ("12800138000", "CN", "customers.phone-wrong"),
        ("95588", "CN", "customers.phone-wrong"),
        ("+49 30 901820", "CN", "customers.phone-foreign"),
        ("+852 2123 4567", "CN", "customers.phone-foreign"),
        ("电话", "CN", "customers.phone-unreadable"),
        ("", "CN", "customers.phone-unreadable"),
        ("030-0074321", "DE", None),
        ("+49 30 901820", "DE", None),
        ("88.60.15.31", "FR", None),
        ("12", "DE", "customers.phone-impossible"),
        ("1234567890123456", "DE", "customers.phone-impossible"),
        ("+1 415", "US", "customers.phone-impossible"),
    ],
)
def test_a_phone_is_judged_by_its_country(phone, country, reason):
    assert code_of(rules.why_phone(phone, country)) == reason


@pytest.mark.req("R024", "R036")
@pytest.mark.parametrize(
    ("postcode", "country", "good"),
    [
        ("200120", "CN", True), ("010000", "CN", True), ("518000", "CN", True), ("20012", "CN", False),
        ("2001200", "CN", False), ("20012a", "CN", False), ("990000", "CN", False), ("２００１２０", "CN", False),
        ("SW1A 1AA", "GB", True), ("", "BR", True),
    ],
)  # fmt: skip
def test_a_chinese_postcode_has_six_digits_of_some_province(postcode, country, good):
    assert (rules.why_postcode(postcode, country) is None) is good


SHANGHAI = {
    "province": "上海市", "city": "上海市", "district": "浦东新区", "street": "世纪大道100号", "postcode": "200120",
    "receiver": "李经理", "phone": "13800138000",
}  # fmt: skip


@pytest.mark.req("R024", "R025")
@pytest.mark.parametrize("missing", ["province", "city", "district", "street", "postcode", "receiver", "phone"])
def test_a_chinese_address_has_all_its_parts(missing):
    assert list(rules.why_address(0, AddressSpec(**SHANGHAI))) == []
    [refusal] = rules.why_address(0, AddressSpec(**SHANGHAI | {missing: " "}))
    assert (refusal.code, refusal.data["where"]) == (f"customers.required-address-{missing}", missing)
    assert "{" not in refusal.message


def test_a_city_without_districts_needs_none_and_other_countries_need_less():
    dongguan = SHANGHAI | {"province": "广东省", "city": "东莞市", "district": "", "postcode": "523000"}
    assert list(rules.why_address(0, AddressSpec(**dongguan))) == []
    berlin = AddressSpec(
        street="Obere Str. 57", city="Berlin", receiver="Maria Anders", phone="030-0074321", country="DE"
    )
    assert list(rules.why_address(0, berlin)) == []


def test_an_address_is_told_every_fault():
    spec = AddressSpec(**SHANGHAI | {"postcode": "1", "phone": "+49 30 901820", "street": "x" * 201, "receiver": ""})
    found = [(r.code, r.data["where"]) for r in rules.why_address(3, spec, "addresses.1.")]
    assert found == [
        ("customers.required-address-receiver", "addresses.1.receiver"),
        ("customers.too-long-address-street", "addresses.1.street"),
        ("customers.postcode-wrong", "addresses.1.postcode"),
        ("customers.phone-foreign", "addresses.1.phone"),
    ]
    unknown = AddressSpec(**SHANGHAI | {"country": "XX"})
    assert [r.code for r in rules.why_address(0, unknown)][-1] == "customers.choice-country"


def test_a_contact_needs_a_name_and_what_it_has_must_be_right():
    assert list(rules.why_contact(0, ContactSpec("李经理"), "CN")) == []
    faulty = ContactSpec("", phone="123", email="nobody")
    assert [r.code for r in rules.why_contact(0, faulty, "CN")] == [
        "customers.required-contact-name", "customers.phone-wrong", "customers.email-wrong",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("account", "country", "good"),
    [
        ("6222021234567890123", "CN", True),
        ("1234567", "CN", False),
        ("DE89370400440532013000", "CN", False),
        ("DE89370400440532013000", "DE", True),
        ("x!", "DE", False),
    ],
)
def test_a_bank_account_has_digits_in_china_and_letters_elsewhere(account, country, good):
    assert (rules.why_account(rules.tidy_account(account), country) is None) is good


@pytest.mark.req("R076")
def test_masked_data_can_be_recognised_but_not_used():
    assert rules.masked_phone("13800138000") == "138****8000"
    assert rules.masked_phone("+86 138-0013-8000") == "+86 1**-****-8000"
    assert rules.masked_phone("12345") == "*****"
    assert rules.masked_account("6222021234567890") == "************7890"
    assert rules.masked_account("123") == "***"
    assert rules.masked_email("anna@example.com") == "a***@example.com"
    assert rules.masked_email("anna") == "****"

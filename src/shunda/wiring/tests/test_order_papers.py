"""The papers of an order from its intake to its configuration, and what is signed when it changes."""

from datetime import date

import pytest

from shunda.changes.models import Change, Voice
from shunda.changes.tests.builders import ask, line
from shunda.core.models import Event
from shunda.core.refusal import Refused
from shunda.orders import actions as orders
from shunda.orders.models import Order, OrderLine, Review
from shunda.orders.tests.builders import AT
from shunda.wiring.documents import DOCUMENTS, export
from shunda.wiring.tests import paperwork as papers
from shunda.wiring.tests.test_documents import text

pytestmark = pytest.mark.django_db


@pytest.mark.req("R012", "R013")
def test_the_intake_form_says_what_was_asked_for_by_whom_and_to_whom_it_was_given():
    made = papers.order(transport_mode="ltl")
    OrderLine.objects.filter(order=made, line_no=2).update(parameters={"颜色": "RAL 7035"}, note="铭牌中英文")
    _pages, chinese = text("intake-form", made.pk)
    for words in (
        "订单收集表", made.number, "接单渠道 电话", "零担运输", "杭州西湖机电设备有限公司", "深沟球轴承", "颜色: RAL 7035",
        "铭牌中英文", "木箱，防潮", "派送给（销售代表）", "登记人",
    ):  # fmt: skip
        assert words in chinese, words
    assert "12.50" not in chinese, "prices are the sales order's"
    _pages, english = text("intake-form", made.pk, language="en")
    for words in ("Order intake form", "Came in by phone", "part load", "Taken down by"):
        assert words in english, words


@pytest.mark.req("R013", "R043", "R045")
def test_the_processing_form_repeats_what_each_department_decided_and_found():
    made = papers.order()
    Review.objects.filter(order=made, department="warehouse").update(remark="周五到货", restock_date=date(2026, 5, 15))
    _pages, chinese = text("processing-form", made.pk)
    for words in (
        "订单处理表", "部门审核", "销售", "财务", "仓储", "已通过", "周五到货", "预计补货日期：2026-05-15", "¥885.00",
        "订单管理员",
    ):  # fmt: skip
        assert words in chinese, words
    _pages, english = text("processing-form", made.pk, language="en")
    for words in ("Order processing form", "Status confirmed", "Reviews of the departments", "Order administrator"):
        assert words in english, words


@pytest.mark.req("R016", "R029", "R052")
def test_the_purchase_confirmation_letter_is_the_buyers_word_and_can_be_signed_before_approval():
    papers.company()
    made = papers.order()
    Order.objects.filter(pk=made.pk).update(confirmed_at=None)
    _pages, chinese = text("confirmation-letter", made.pk)
    for words in (
        "采购确认函",
        "致上海顺达商贸有限公司：我方确认",
        "深沟球轴承",
        "¥885.00",
        "购方（签字盖章）",
        "签字人姓名、职务",
    ):
        assert words in chinese, words
    assert "供方（签字盖章）" not in chinese
    _pages, english = text("confirmation-letter", made.pk, language="en")
    assert "To Shanghai Shunda Trading Co., Ltd.: We confirm that we buy" in english
    orders.cancel([made.pk], "wrong", by=papers.BY, at=AT).one()
    assert "作废" in text("confirmation-letter", made.pk)[1]


@pytest.mark.req("R103")
def test_a_product_configuration_names_every_parameter_and_only_orders_with_one_have_it(django_assert_num_queries):
    papers.company()
    made = papers.order()
    with pytest.raises(Refused):
        text("product-configuration", made.pk)
    OrderLine.objects.filter(order=made, line_no=2).update(parameters={"颜色": "RAL 7035", "电压": "380 V"})
    _pages, chinese = text("product-configuration", made.pk)
    for words in ("产品配置单", "不得擅自更改", "颜色 RAL 7035", "电压 380 V", "BRG-6201", "研发部门", "冻结日期"):
        assert words in chinese, words
    assert "BRG-6200" not in chinese, "what is not configured is not on it"
    other = papers.order(code="SKF")
    OrderLine.objects.filter(order=other).update(parameters={"colour": "red"})
    module = DOCUMENTS["product-configuration"]
    with django_assert_num_queries(3):
        module.papers([made.pk], private=True)
    with django_assert_num_queries(3):
        module.papers([made.pk, other.pk], private=True)


@pytest.mark.req("R103", "R104", "R164")
def test_a_product_change_request_is_signed_by_manager_and_vice_president_before_research_names_the_day():
    made = papers.order()
    OrderLine.objects.filter(order=made, line_no=1).update(parameters={"颜色": "灰"})
    change = ask(made, line(1, parameters={"颜色": "RAL 7035"}), kind="product").one()
    Voice.objects.filter(change=change, role="rnd").update(ready_on=date(2026, 6, 30))
    _pages, chinese = text("change-agreement", change.pk)
    for words in ("产品修改申请书", "销售经理", "分管副总", "研发部门", "完成日期：2026-06-30", "RAL 7035"):
        assert words in chinese, words
    Change.objects.filter(pk=change.pk).update(kind="change", worse=[])
    _pages, chinese = text("change-agreement", change.pk)
    for words in ("修改订单申请", "销售部门（核实）", "生产部门（同意）"):
        assert words in chinese, words


@pytest.mark.parametrize("name", ["intake-form", "processing-form", "confirmation-letter"])
def test_many_lines_go_over_pages_with_their_heads_and_the_signatures_are_not_alone(name):
    made = papers.order(60)
    export(DOCUMENTS[name], [made.pk], by=papers.BY, at=AT, language="en")
    pages, english = text(name, made.pk, language="en")
    assert pages >= 2
    assert english.count("Product, model and specification") == pages
    assert all(f"BRG-{6200 + n}" in english for n in range(60))
    assert Event.objects.filter(kind="order.pdf", order_id=made.pk, data__document=name).count() == 2

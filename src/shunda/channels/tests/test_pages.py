"""Sending a file in, looking at what is wrong with it, importing it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.channels.models import ImportRun
from shunda.customers.tests.builders import customer, term
from shunda.inventory.tests.builders import warehouse
from shunda.orders.models import Order
from shunda.wiring.reactions import inline

pytestmark = pytest.mark.django_db
HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


@pytest.fixture
def web():
    client = Client()
    client.force_login(user("clerk", "*"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def send(web, text, name="orders.csv"):
    with inline():
        return web.post(reverse("channels:upload"), {"file": SimpleUploadedFile(name, text.encode()), "mapping": ""})


def test_a_file_is_checked_first_and_booked_when_somebody_says_so(web):
    warehouse()
    sku("85123A")
    term("prepaid")
    customer("17850", country="GB", credit_code="")
    rows = "536365,85123A,LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
    answer = send(web, HEAD + rows)
    run = ImportRun.objects.get()
    assert answer.url == reverse("channels:detail", args=[run.pk])
    assert run.status == "checked"
    assert not Order.objects.exists()
    assert web.get(answer.url).status_code == 200
    with inline():
        web.post(reverse("channels:start", args=[run.pk]), {"version": run.version})
    run.refresh_from_db()
    assert run.status == "done"
    assert Order.objects.get().external_number == "536365"
    assert run.number in web.get(reverse("channels:index")).content.decode()


def test_errors_are_shown_with_row_and_column_and_can_be_downloaded(web):
    warehouse()
    rows = "536365,85123A,LIGHT HOLDER,six,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
    page = web.get(send(web, HEAD + rows).url).content.decode()
    assert "is not a number" in page
    run = ImportRun.objects.get()
    report = b"".join(web.get(reverse("channels:report", args=[run.pk])).streaming_content).decode()
    assert "536365" in report


def test_a_file_that_is_no_table_says_so_and_changes_nothing(web):
    answer = send(web, "%PDF-1.4\n", "orders.pdf")
    page = answer.content.decode() if answer.status_code == 422 else web.get(answer.url).content.decode()
    assert "alert" in page
    assert not Order.objects.exists()


def test_a_checked_file_is_discarded(web):
    warehouse()
    send(web, HEAD + "1,NOPE,x,1,2010-12-01 08:26:00,1,17850,United Kingdom\n")
    run = ImportRun.objects.get()
    web.post(reverse("channels:discard", args=[run.pk]), {"version": run.version})
    run.refresh_from_db()
    assert run.status == "discarded"

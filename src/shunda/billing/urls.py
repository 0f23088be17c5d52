"""Addresses of billing."""

from django.urls import path

from shunda.billing import pages

app_name = "billing"
urlpatterns = [
    path("payments/", pages.payments, name="payments"),
    path("payments/new/", pages.record, name="record"),
    path("payments/match/", pages.match, name="match"),
    path("payments/<int:pk>/", pages.payment_detail, name="payment"),
    path("payments/<int:pk>/match/", pages.match_by_hand, name="match_by_hand"),
    path("payments/<int:pk>/unmatch/", pages.unmatch, name="unmatch"),
    path("payments/<int:pk>/void/", pages.void, name="void"),
    path("invoices/", pages.invoices, name="invoices"),
    path("invoices/to-invoice/", pages.to_invoice, name="to_invoice"),
    path("invoices/draft/", pages.draft, name="draft"),
    path("invoices/draft/<int:order_pk>/", pages.draft_one, name="draft_one"),
    path("invoices/issue/", pages.issue, name="issue"),
    path("invoices/cancel/", pages.cancel_draft, name="cancel_draft"),
    path("invoices/<int:pk>/", pages.invoice_detail, name="invoice"),
    path("invoices/<int:pk>/issue/", pages.issue_one, name="issue_one"),
    path("invoices/<int:pk>/credit/", pages.credit_invoice, name="credit"),
    path("settlements/", pages.settlements, name="settlements"),
    path("settlements/<int:pk>/", pages.settlement_detail, name="settlement"),
    path("settlements/confirm/", pages.confirm, name="confirm"),
    path("deductions/<int:pk>/", pages.deduction, name="deduction"),
    path("deductions/<int:pk>/waive/", pages.waive, name="waive"),
    path("statements/<int:customer_pk>/", pages.statement, name="statement"),
    path("customers/<int:pk>/trade/", pages.trade_panel, name="trade"),
    path("customers/<int:pk>/billing/", pages.customer_panel, name="customer_panel"),
    path("orders/<int:pk>/billing/", pages.order_panel, name="panel"),
]

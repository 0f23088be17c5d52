"""Addresses of orders."""

from django.urls import path

from shunda.orders import pages
from shunda.orders.pages.detail import lines, related
from shunda.orders.pages.holds import holds, release_ticked
from shunda.orders.pages.moves import people
from shunda.orders.pages.today import today
from shunda.orders.pages.why import why_credit, why_date, why_owner, why_price, why_warehouse

app_name = "orders"
urlpatterns = [
    path("", pages.index, name="index"),
    path("new/", pages.create, name="create"),
    path("sheet/customer/", pages.customer, name="sheet_customer"),
    path("sheet/quote/", pages.quote, name="sheet_quote"),
    path("sheet/paste/", pages.paste, name="sheet_paste"),
    path("sheet/check/", pages.check, name="sheet_check"),
    path("sheet/keep/", pages.keep, name="sheet_keep"),
    path("sheet/discard/", pages.discard, name="sheet_discard"),
    path("sheet/save/", pages.save, name="sheet_save"),
    path("reviews/", pages.desk, name="desk"),
    path("reviews/approve/", pages.approve, name="approve"),
    path("reviews/send-back/", pages.send_back, name="send_back"),
    path("holds/", holds, name="holds"),
    path("holds/release/", release_ticked, name="release_holds"),
    path("today/", today, name="today"),
    path("archive/", pages.archive_search, name="archived"),
    path("submit/", pages.submit_orders, name="submit"),
    path("submit/reasons/", pages.reasons, name="reasons"),
    path("withdraw/", pages.withdraw, name="withdraw"),
    path("confirm/", pages.confirm, name="confirm"),
    path("complete/", pages.complete, name="complete"),
    path("to-archive/", pages.archive, name="archive"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("people/", people, name="people"),
    path("<int:pk>/lines/", lines, name="lines"),
    path("<int:pk>/related/", related, name="related"),
    path("<int:pk>/why/price/<int:line_no>/", why_price, name="why_price"),
    path("<int:pk>/why/credit/", why_credit, name="why_credit"),
    path("<int:pk>/why/date/", why_date, name="why_date"),
    path("<int:pk>/why/owner/", why_owner, name="why_owner"),
    path("<int:pk>/why/warehouse/", why_warehouse, name="why_warehouse"),
    path("<int:pk>/checks/", pages.checks, name="checks"),
    path("<int:pk>/edit/", pages.edit, name="edit"),
    path("<int:pk>/clone/", pages.clone, name="clone"),
    path("<int:pk>/cancel/", pages.cancel, name="cancel"),
    path("<int:pk>/priority/", pages.prioritise, name="prioritise"),
    path("<int:pk>/hold/", pages.hold, name="hold"),
    path("<int:pk>/release/", pages.release, name="release"),
    path("<int:pk>/comment/", pages.comment, name="comment"),
    path("<int:pk>/attach/", pages.attach, name="attach"),
    path("<int:pk>/attachments/<int:attachment_pk>/", pages.attachment, name="attachment"),
]

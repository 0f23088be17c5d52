"""Addresses of shipping."""

from django.urls import path

from shunda.fulfilment import pages

app_name = "fulfilment"
urlpatterns = [
    path("", pages.index, name="index"),
    path("to-plan/", pages.to_plan, name="to_plan"),
    path("floor/", pages.floor, name="floor"),
    path("floor/find/", pages.find, name="find"),
    path("floor/worker.js", pages.worker, name="worker"),
    path("scans/", pages.scans, name="scans"),
    path("plan/", pages.plan_all, name="plan_all"),
    path("plan/<int:order_pk>/", pages.plan, name="plan"),
    path("pick/", pages.pick_all, name="pick_all"),
    path("pack/", pages.pack_all, name="pack_all"),
    path("carriers/", pages.carriers, name="carriers"),
    path("carriers/new/", pages.create_carrier, name="create_carrier"),
    path("carriers/<int:pk>/", pages.edit_carrier, name="edit_carrier"),
    path("of-order/<int:pk>/", pages.order_panel, name="panel"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/labels/", pages.labels, name="labels"),
    path("<int:pk>/signature/", pages.signature, name="signature"),
    path("<int:pk>/scan/", pages.run, name="run"),
    path("<int:pk>/scan/finish/", pages.finish, name="finish"),
    path("<int:pk>/scan/pack/", pages.pack_here, name="pack_here"),
    path("<int:pk>/scan/ship/", pages.ship_here, name="ship_here"),
    path("<int:pk>/pick/", pages.pick, name="pick"),
    path("<int:pk>/pack/", pages.pack, name="pack"),
    path("<int:pk>/ship/", pages.ship, name="ship"),
    path("<int:pk>/sign/", pages.sign, name="sign"),
    path("<int:pk>/cancel/", pages.cancel, name="cancel"),
    path("<int:pk>/reverse/", pages.reverse_shipment, name="reverse"),
    path("<int:pk>/tell/", pages.tell, name="tell"),
    path("<int:pk>/call/", pages.call, name="call"),
    path("<int:pk>/track/", pages.track, name="track"),
    path("<int:pk>/resolve/", pages.resolve, name="resolve"),
]

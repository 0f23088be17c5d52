"""Addresses of stock."""

from django.urls import path

from shunda.inventory import pages

app_name = "inventory"
urlpatterns = [
    path("", pages.index, name="index"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/location/", pages.locate, name="locate"),
    path("products/<int:pk>/", pages.of_product, name="of_product"),
    path("moves/", pages.moves, name="moves"),
    path("receive/", pages.receive, name="receive"),
    path("adjust/", pages.adjust, name="adjust"),
    path("adjust/ticked/", pages.adjust_ticked, name="adjust_ticked"),
    path("count/", pages.count, name="count"),
    path("count/ticked/", pages.count_ticked, name="count_ticked"),
    path("transfer/", pages.transfer, name="transfer"),
    path("transfer/ticked/", pages.transfer_ticked, name="transfer_ticked"),
    path("coming/", pages.coming, name="coming"),
    path("coming/announce/", pages.announce, name="announce"),
    path("coming/receive/", pages.receive_ticked, name="receive_ticked"),
    path("coming/<int:pk>/", pages.supply, name="supply"),
    path("coming/<int:pk>/receive/", pages.arrive, name="arrive"),
    path("coming/<int:pk>/cancel/", pages.cancel, name="cancel"),
    path("coming/<int:pk>/lose/", pages.lose, name="lose"),
    path("warehouses/", pages.warehouses, name="warehouses"),
    path("warehouses/new/", pages.create_warehouse, name="create_warehouse"),
    path("warehouses/<int:pk>/", pages.edit_warehouse, name="edit_warehouse"),
]

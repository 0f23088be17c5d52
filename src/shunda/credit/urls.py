"""Addresses of credit."""

from django.urls import path

from shunda.credit.pages import accounts, decisions

app_name = "credit"
RAISE, PROPOSAL = {"what": "raise"}, {"what": "proposal"}
urlpatterns = [
    path("", accounts.index, name="index"),
    path("new/", accounts.new_limit, name="new"),
    path("<int:pk>/", accounts.detail, name="detail"),
    path("<int:pk>/limit/", accounts.set_limit, name="limit"),
    path("<int:pk>/panel/", accounts.panel, name="panel"),
    path("<int:pk>/raise/", decisions.ask_raise, name="ask_raise"),
    path("<int:pk>/propose/", decisions.propose, name="propose"),
    path("proposals/", decisions.proposals, name="proposals"),
    path("proposals/<int:pk>/", decisions.proposal_detail, name="proposal"),
    path("proposals/<int:pk>/approve/", decisions.approve, PROPOSAL, name="approve_proposal"),
    path("proposals/<int:pk>/reject/", decisions.reject, PROPOSAL, name="reject_proposal"),
    path("proposals/<int:pk>/withdraw/", decisions.withdraw, PROPOSAL, name="withdraw_proposal"),
    path("raises/", decisions.raises, name="raises"),
    path("raises/<int:pk>/", decisions.raise_detail, name="raise"),
    path("raises/<int:pk>/approve/", decisions.approve, RAISE, name="approve_raise"),
    path("raises/<int:pk>/reject/", decisions.reject, RAISE, name="reject_raise"),
    path("raises/<int:pk>/withdraw/", decisions.withdraw, RAISE, name="withdraw_raise"),
    path("raises/<int:pk>/end/", decisions.end_raise, name="end_raise"),
]

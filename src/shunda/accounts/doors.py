"""The doors of allauth that stand here: signing in and out, the own password, second steps and sessions.

Its pages for e-mail addresses and for passwords forgotten are left out: an administrator sets a new password, and an
address is a line of the profile. Their names lead to the pages that say so.
"""

from __future__ import annotations

from allauth.account import views
from django.urls import include, path
from django.views.generic import RedirectView

from shunda.accounts.pages import own

profile = RedirectView.as_view(pattern_name="accounts:profile")

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", own.forgotten, name="account_reset_password"),
    path("email/", profile, name="account_email"),
    path("confirm-email/", profile, name="account_email_verification_sent"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", own.sessions, name="usersessions_list"),
    path("sessions/end/", own.end_sessions, name="end_sessions"),
]

"""What the company decides about the pages its customers see without an account."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shunda.policies.kinds import Whole
from shunda.policies.setting import Setting

PORTAL = (
    Setting("portal.link_days", "orders", _("A customer's link to his order works for"), Whole(1, 1095, _("days")), 90),
)

"""Which browser somebody signed in with, as people call it: a short table, honest about what it does not know."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

BROWSERS: tuple[tuple[str, str | Promise], ...] = (
    (r"MicroMessenger/([\d.]+)", _("WeChat")),
    (r"DingTalk/([\d.]+)", _("DingTalk")),
    (r"(?:Edg|EdgA|EdgiOS)/(\d+)", "Edge"),
    (r"OPR/(\d+)", "Opera"),
    (r"QQBrowser/(\d+)", _("QQ Browser")),
    (r"UCBrowser/(\d+)", _("UC Browser")),
    (r"SamsungBrowser/(\d+)", "Samsung Internet"),
    (r"(?:Firefox|FxiOS)/(\d+)", "Firefox"),
    (r"(?:Chrome|CriOS|HeadlessChrome)/(\d+)", "Chrome"),
    (r"Version/(\d+)[\d.]* .*Safari/", "Safari"),
)
"""Most name several others as well, so the first that fits counts."""

SYSTEMS: tuple[tuple[str, str | Promise], ...] = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"HarmonyOS|OpenHarmony", "HarmonyOS"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Macintosh|Mac OS X", "macOS"),
    (r"CrOS", "ChromeOS"),
    (r"Linux|X11", "Linux"),
)
PHONES = ("iPhone", "HarmonyOS", "Android")


def name_of(agent: str) -> str | Promise:
    """What people read, such as "Chrome 131, Windows"; what is not known is shown as it says of itself."""
    browser = next((_versioned(name, hit) for pattern, name in BROWSERS if (hit := re.search(pattern, agent))), None)
    system = _system(agent)
    if browser is None and system is None:
        return agent[:60] or _("unknown browser")
    return format_lazy("{browser}, {system}", browser=browser or _("unknown browser"), system=system or "–")


def is_phone(agent: str) -> bool:
    """Whether it is held in the hand: for the picture beside it."""
    return _system(agent) in PHONES


def _system(agent: str) -> str | Promise | None:
    return next((name for pattern, name in SYSTEMS if re.search(pattern, agent)), None)


def _versioned(name: str | Promise, hit: re.Match[str]) -> str | Promise:
    return format_lazy("{name} {version}", name=name, version=hit[1].partition(".")[0])

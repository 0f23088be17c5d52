"""Inputs and choices drawn in Python: what Django's own templates for them say, in a tenth of the time.

A list has a dozen filters and a form of many lines hundreds of inputs; each would be two or three templates.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.safestring import SafeData, SafeString, mark_safe

Widget = Mapping[str, Any]
"""What a widget tells its template: ``name``, ``value``, ``attrs`` …"""


def escaped(value: Any) -> str:
    """A value as it stands in HTML; what is HTML already stays."""
    return str(value) if isinstance(value, SafeData) else html.escape(str(value))


def _attributes(widget: Widget) -> str:
    said = ((name, value) for name, value in widget["attrs"].items() if value is not False)
    return "".join(
        f" {escaped(name)}" if value is True else f' {escaped(name)}="{escaped(value)}"' for name, value in said
    )


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{escaped(widget["value"])}"'
    return f'<input type="{escaped(widget["type"])}" name="{escaped(widget["name"])}"{value}{_attributes(widget)}>'


def _option(widget: Widget) -> str:
    return f'<option value="{escaped(widget["value"])}"{_attributes(widget)}>{escaped(widget["label"])}</option>'


def _select(widget: Widget) -> str:
    parts = [f'<select name="{escaped(widget["name"])}"{_attributes(widget)}>']
    for group, options, _place in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{escaped(group)}">')
        parts.extend(_option(option) for option in options)
        if group:
            parts.append("</optgroup>")
    parts.append("</select>")
    return "\n".join(parts)


_PLACE = "django/forms/widgets/"
_DRAWN: dict[str, Callable[[Widget], str]] = {
    f"{_PLACE}select.html": _select,
    **{
        f"{_PLACE}{kind}.html": _input for kind in ("text", "number", "email", "password", "hidden", "date", "checkbox")
    },
}


def drawn(template_name: str, context: Mapping[str, Any]) -> SafeString | None:
    """A widget by the name of its template, or nothing where the template itself must draw it."""
    draw = _DRAWN.get(template_name)
    return mark_safe(draw(context["widget"])) if draw else None  # noqa: S308  # every part is escaped above

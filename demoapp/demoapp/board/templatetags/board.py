"""Template tags of the board."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField

register = template.Library()


@register.inclusion_tag("board/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A form field with label, help and errors, tied together for screen readers.

    Django does most of this from 5.2 on; here it is the same from 4.2 on.
    """
    described_by = [
        f"{bound.auto_id}_{part}"
        for part, there in (("helptext", bound.help_text), ("error", bound.errors))
        if there
    ]
    attributes: dict[str, str | bool] = {}
    if described_by:
        attributes["aria-describedby"] = " ".join(described_by)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {"field": bound, "widget": bound.as_widget(attrs=attributes)}


@register.filter
def hue(user: Any) -> int:
    """One of the six colours that the stylesheet has for people, always the same for one."""
    return int(user.pk) % 6


@register.filter
def initial(user: Any) -> str:
    """What stands in a person's round mark."""
    return str(user.get_username())[:1].upper()

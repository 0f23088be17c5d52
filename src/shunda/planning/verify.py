"""What ``shunda verify`` recomputes of plans."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from shunda.core import sql

_ARTICLES = """
select p.id, p.articles, count(l.id) from planning_demandplan p left join planning_planline l on l.plan_id = p.id
group by p.id having p.articles <> count(l.id) or (p.filed_at is null) <> (count(l.id) = 0) order by p.id
"""


def check() -> Iterable[str]:
    """A plan whose number of articles is not that of its lines, or that is filed without any."""
    for plan, articles, lines in sql.fetch(_ARTICLES):
        yield _("plan %(plan)s: %(articles)s articles, %(lines)s lines") % {
            "plan": plan, "articles": articles, "lines": lines,
        }  # fmt: skip

"""Whether every stored file still is what was stored."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

_DAMAGED = """
select file.id, file.name from files_storedfile file join files_content content on content.sha256 = file.content_id
where length(content.data) <> file.size or encode(sha256(content.data), 'hex') <> content.sha256
order by file.id
"""


def check() -> Iterable[str]:
    """One sentence for each file whose content no longer has the size or the SHA-256 it was stored with."""
    with connection.cursor() as cursor:
        cursor.execute(_DAMAGED)
        for file_id, name in cursor.fetchall():
            yield f"file {file_id} “{name}” is not what was stored"

"""Files: kept once by content, judged by content, within the settings."""

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from shunda.accounts.tests.builders import actor
from shunda.core.actor import system
from shunda.files import verify
from shunda.files.models import Content, StoredFile
from shunda.files.responses import file_response
from shunda.files.rules import MEGABYTE, TYPES, clean_name, kinds_of
from shunda.files.specs import Upload
from shunda.files.steps import most_bytes, store
from shunda.policies.actions import change_setting
from shunda.policies.declared import SETTINGS
from shunda.policies.specs import SettingSpec

AT = datetime(2026, 5, 6, 9, tzinfo=UTC)
PDF = b"%PDF-1.7\n..."
PNG = b"\x89PNG\r\n\x1a\n...."


def up(name, data, size=None):
    return Upload(name, data, len(data) if size is None else size)


def archive(*names):
    out = BytesIO()
    with ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


def keep(*uploads, by=None):
    return store(uploads, by=by or system(), at=AT)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, "pdf"),
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"GIF89a", "gif"),
        (b"II*\x00", "tif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav"),
        (b"\x00\x00\x00\x18ftypheic", "heic"),
        (b"\x00\x00\x00\x18ftypM4A ", "m4a"),
        (b"ID3\x04", "mp3"),
        (archive("[Content_Types].xml", "word/document.xml"), "docx"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (archive("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "xls"),
        ("编号,名称\nA-1,轴承".encode("gb18030"), "csv"),
        ("编号".encode(), "txt"),
    ],
)
def test_what_a_file_is_shows_in_its_content(data, kind):
    assert kind in kinds_of(data)
    assert kind in TYPES


@pytest.mark.parametrize(
    "data",
    [b"MZ\x90\x00\x03", b"\x7fELF\x02", b"PK\x03\x04broken", archive("readme.txt"), b"RIFF0000AVI ", b"\x00\x01"],
)
def test_programs_archives_and_unknown_contents_are_nothing_that_is_kept(data):
    assert kinds_of(data) == ()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("合同.pdf", "合同.pdf"),
        ("..\\..\\etc\\passwd.txt", "passwd.txt"),
        ("/tmp/a\x00\r\n.pdf", "a.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("..", ""),
        ("a\u202egpj.pdf", "agpj.pdf"),
    ],
)
def test_names_lose_folders_and_tricks(name, clean):
    assert clean_name(name) == clean


@pytest.mark.req("R029")
@pytest.mark.django_db
def test_the_same_content_is_kept_once_under_both_names():
    by = actor()
    rows, refused = keep(up("a.pdf", PDF), up("b.pdf", PDF), up("c.png", PNG), by=by)
    assert (refused, sorted(rows)) == ([], [0, 1, 2])
    assert Content.objects.count() == 2
    again, _ = keep(up("d", PDF))
    assert Content.objects.count() == 2
    stored = StoredFile.objects.get(pk=again[0].pk)
    assert (stored.name, stored.content_type, stored.size) == ("d.pdf", "application/pdf", len(PDF))
    assert bytes(stored.content.data) == PDF
    assert rows[0].uploaded_by_id == by.id


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (up("", PDF), "files.no-name"),
        (up("a.pdf", b""), "files.empty"),
        (up("a.pdf", PDF, 11 * MEGABYTE), "files.too-large"),
        (up("a.pdf", PDF, 500), "files.damaged"),
        (up("a.exe", b"MZ\x90\x00\x03"), "files.not-allowed"),
        (up("a.docx", archive("word/document.xml", "word/vbaProject.bin")), "files.macros"),
        (up("a.pdf", PNG), "files.wrong-ending"),
        (up("page.html", b"<script>alert(1)</script>"), "files.wrong-ending"),
        (up("a.svg", b"<svg/>"), "files.wrong-ending"),
    ],
)
@pytest.mark.django_db
def test_what_is_not_kept_is_refused_with_its_reason_and_the_rest_is_kept(upload, code):
    rows, refused = keep(upload, up("good.pdf", PDF))
    assert [(r.id, r.code, r.data["where"]) for r in refused] == [(0, code, "file")]
    assert "%(" not in refused[0].message
    assert [row.name for row in rows.values()] == ["good.pdf"]


@pytest.mark.django_db
def test_size_and_kinds_are_settings():
    assert SETTINGS["files.types"].default == tuple(TYPES)
    changes = [SettingSpec("files.most_megabytes", "1", "r"), SettingSpec("files.types", "pdf", "r")]
    change_setting(changes, by=system(), at=AT)
    assert most_bytes() == MEGABYTE
    _rows, refused = keep(up("a.png", PNG), up("b.pdf", PDF, 2 * MEGABYTE))
    assert [r.code for r in refused] == ["files.not-allowed", "files.too-large"]


@pytest.mark.django_db
def test_many_files_take_no_more_queries_than_one(django_assert_num_queries):
    for n in (1, 20):
        with django_assert_num_queries(3):
            keep(*(up(f"{i}.txt", f"{n} {i}".encode()) for i in range(n)))


def test_no_more_of_a_huge_file_is_read_than_shows_that_it_is_huge():
    class Huge:
        name, size = "a.pdf", 10**12

        def read(self, num_bytes=None):
            assert num_bytes == 101
            return b"x" * num_bytes

    assert len(Upload.of(Huge(), 100).data) == 101


@pytest.mark.django_db
def test_a_stored_file_can_be_neither_changed_nor_deleted_and_verify_sees_damage():
    rows, _ = keep(up("a.pdf", PDF))
    assert list(verify.check()) == []
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        Content.objects.update(data=b"x")
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        StoredFile.objects.all()._raw_delete("default")
    with connection.cursor() as cursor:
        cursor.execute("alter table files_content disable trigger user; update files_content set data = 'x'")
    assert list(verify.check()) == [f"file {rows[0].pk} “a.pdf” is not what was stored"]


@pytest.mark.django_db
def test_browsers_show_pictures_and_save_the_rest():
    rows, _ = keep(up("合同.pdf", PDF), up("a.xml", b"<a/>"))
    ask = RequestFactory().get
    shown, saved = (file_response(ask("/"), row) for row in rows.values())
    assert shown.content == PDF
    assert shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"] == 'attachment; filename="a.xml"'
    assert saved["X-Content-Type-Options"] == "nosniff"
    assert file_response(ask("/?download"), rows[0])["Content-Disposition"].startswith("attachment")
    assert file_response(ask("/", headers={"If-None-Match": shown["ETag"]}), rows[0]).status_code == 304

"""The PDF kit: fonts, sandbox, pictures."""

import io
from datetime import UTC, datetime

import pytest
import segno
from pypdf import PdfReader

from shunda.web.documents import fonts
from shunda.web.documents.codes import code128, qr
from shunda.web.documents.fonts import MissingFont, check, printable
from shunda.web.documents.render import BadTemplate, render

AT = datetime(2026, 5, 6, 1, 30, tzinfo=UTC)
PAPER = {"title": "Note", "number": "N1", "company": {"name": "Shunda", "lines": []}, "qr": qr("N1"), "picture": b""}
SHOW = '#import "kit.typ": *\n#let paper(p) = [{}]\n#show-papers(json("data.json"), paper)\n'


def made(tmp_path, body, **paper):
    template = tmp_path / "note.typ"
    template.write_text(SHOW.replace("{}", body))
    return render(template, [{**PAPER, **paper}], language="en", by="Anna", at=AT)


def words(pdf):
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_missing_font_fails_loudly_and_says_what_to_do(tmp_path, monkeypatch):
    with pytest.raises(MissingFont, match=r"NotoSansSC-Regular\.ttf is missing .* build hook"):
        check(tmp_path)
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    fonts.loaded.cache_clear()
    try:
        with pytest.raises(MissingFont):
            fonts.loaded(tmp_path)
    finally:
        fonts.loaded.cache_clear()


def test_a_font_a_template_invents_is_an_error_not_a_substitute(tmp_path):
    with pytest.raises(BadTemplate, match="unknown font family"):
        made(tmp_path, '#text(font: "Comic Sans MS")[x]')


@pytest.mark.parametrize(
    "reach", ['#read("/etc/passwd")', '#read("../../etc/passwd")', '#image("/etc/passwd")', '#read("note.typ")']
)
def test_a_template_reads_nothing_but_the_kit_and_its_data(tmp_path, reach):
    with pytest.raises(BadTemplate):
        made(tmp_path, reach)


def test_the_file_is_pdf_a_and_embeds_both_weights_of_our_font_only(tmp_path):
    pdf = made(tmp_path, "*bold* plain")
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in pdf
    used = {
        str(font.get_object()["/BaseFont"]).rpartition("+")[2]
        for page in PdfReader(io.BytesIO(pdf)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert used == {"NotoSansSC-Regular", "NotoSansSC-Bold"}


def test_data_is_text_never_markup(tmp_path):
    assert '#read("x") *no* $y$ \\ @z' in words(made(tmp_path, "#p.note", note='#read("x") *no* $y$ \\ @z'))


def test_a_picture_is_set_and_what_is_none_is_left_out(tmp_path):
    out = io.BytesIO()
    segno.make("x").save(out, kind="png")
    body = "#signed(p.picture, p.title) size: #p.picture.len() ;"
    whole = out.getvalue()
    assert f"size: {len(whole)} ;" in words(made(tmp_path, body, picture=whole))
    for damaged in (whole[:40], b"no picture", b""):
        assert "size: 0 ;" in words(made(tmp_path, body, picture=damaged))


@pytest.mark.parametrize("count", [0, 1, 30, 32, 34, 36, 200])
def test_what_closes_a_document_is_never_alone_on_a_page(tmp_path, count):
    rows = "range(" + str(count) + ").map(n => (str(n), [row #n]))"
    body = f'#lines(((auto, left, "No"), (1fr, left, "Name")), {rows}, tail: [#v(60mm) THE END])'
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made(tmp_path, body))).pages]
    assert [number for number, text in enumerate(pages) if "THE END" in text] == [len(pages) - 1]
    assert all("Name" in text for text in pages), "the head comes again on every page"
    if count:
        assert f"row {count - 1}" in pages[-1]


def test_characters_without_a_glyph_become_the_printers_geta():
    assert printable({"a": ["张三😀", "x\ty\x07"], "n": 1}) == {"a": ["张三〓", "x y"], "n": 1}


def test_the_size_of_a_batch_is_limited(tmp_path):
    with pytest.raises(ValueError, match="1 to 200"):
        render(tmp_path / "none.typ", [], language="en", by="Anna", at=AT)


def test_a_barcode_carries_printable_ascii_only():
    assert code128("A-1").startswith("<svg")
    assert [code128(text) for text in ("", "轴承", "a\n", "x" * 61)] == [""] * 4

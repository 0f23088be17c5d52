"""What a file is, judged by its content and not by what it calls itself."""

from __future__ import annotations

import re
import struct
import unicodedata
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile

from shunda.core.refusal import Refusal
from shunda.files import reasons
from shunda.files.specs import Upload

MEGABYTE = 1024 * 1024
NAME_LENGTH = 200

TYPES: dict[str, str] = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "tif": "image/tiff",
    "heic": "image/heic",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "txt": "text/plain",
    "csv": "text/csv",
    "eml": "message/rfc822",
    "xml": "application/xml",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
}
"""The kinds of file that can be kept, by their ending; settings may allow fewer."""

BESIDES = {"gz": "application/gzip", "ndjson": "application/x-ndjson", "jsonl": "application/x-ndjson"}
"""Kinds that are kept only where somebody can read them."""

SAME_ENDING = {"jpeg": "jpg", "tiff": "tif", "heif": "heic", "log": "txt", "md": "txt"}
SHOWN_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a browser may show; everything else is downloaded."""

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"\x1f\x8b", "gz"),
)
_RIFF = {b"WEBP": "webp", b"WAVE": "wav"}
_BOXES = {b"M4A ": "m4a", b"heic": "heic", b"heix": "heic", b"mif1": "heic", b"mp42": "m4a"}
_INSIDE = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"), ("OFD.xml", "ofd"))
_TEXTS = ("txt", "csv", "eml", "xml", "ndjson", "jsonl")
_OLD_OFFICE = ("doc", "xls")


@dataclass(frozen=True, slots=True)
class Judged:
    """A file that may be kept: a clean name and what it is."""

    name: str
    content_type: str


def clean_name(name: str) -> str:
    """Without folders, control characters and surrounding blanks; shortened before its ending when too long."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    bare = "".join(c for c in bare if unicodedata.category(c)[0] != "C").strip().strip(".").strip()
    stem, dot, ending = bare.rpartition(".")
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}" if dot and len(ending) < 10 else bare[:NAME_LENGTH]


def ending_of(name: str) -> str:
    """pdf for A.PDF; jpeg and the like count as jpg."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return SAME_ENDING.get(ending, ending)


def judge(index: int, upload: Upload, most_megabytes: int, allowed: tuple[str, ...]) -> Judged | Refusal:
    """The file as it may be kept, or why not: empty, too large, of a kind that is not kept, not what it says."""
    name = clean_name(upload.name)
    if not name:
        return reasons.NO_NAME(index, where="file")
    if not upload.size:
        return reasons.EMPTY(index, where="file", name=name)
    if upload.size > most_megabytes * MEGABYTE:
        megabytes = f"{upload.size / MEGABYTE:.1f}"
        return reasons.TOO_LARGE(index, where="file", name=name, megabytes=megabytes, most=most_megabytes)
    if len(upload.data) != upload.size:
        return reasons.DAMAGED(index, where="file", name=name)
    kinds = kinds_of(upload.data)
    if kinds == ("macros",):
        return reasons.MACROS(index, where="file", name=name)
    if not kinds and ending_of(name) in allowed:
        return reasons.NOT_AS_NAMED(index, where="file", name=name, kind=ending_of(name).upper())
    possible = [kind for kind in kinds if kind in allowed]
    if not possible:
        return reasons.NOT_ALLOWED(index, where="file", name=name, kinds=", ".join(allowed))
    ending = ending_of(name)
    if not ending:
        return Judged(f"{name[: NAME_LENGTH - 5]}.{possible[0]}", (TYPES | BESIDES)[possible[0]])
    if ending not in possible:
        return reasons.WRONG_ENDING(index, where="file", name=name, kind=possible[0].upper())
    return Judged(name, (TYPES | BESIDES)[ending])


def kinds_of(data: bytes) -> tuple[str, ...]:
    """The endings that fit this content; several for texts, none for what is unknown or dangerous."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return (kind,)
    if data.startswith(b"RIFF"):
        return tuple(filter(None, [_RIFF.get(data[8:12])]))
    if data[4:8] == b"ftyp":
        return tuple(filter(None, [_BOXES.get(data[8:12])]))
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return ("macros",) if b"_\0V\0B\0A\0" in data else _OLD_OFFICE
    if data.startswith(b"PK\x03\x04"):
        return _inside_zip(data)
    return _TEXTS if _is_text(data) else ()


def _inside_zip(data: bytes) -> tuple[str, ...]:
    """Office and OFD documents are archives; any other archive could hold anything and is not kept."""
    try:
        names = ZipFile(BytesIO(data)).namelist()
    except (BadZipFile, ValueError, RuntimeError, OSError, struct.error):
        return ()
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return ("macros",)
    return tuple(kind for start, kind in _INSIDE if any(name.startswith(start) for name in names))[:1]


def _is_text(data: bytes) -> bool:
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False

"""QR codes and Code 128 barcodes as SVG text, to be set into a document."""

from __future__ import annotations

import io
import re

import segno

QUIET = 10
"""Blank modules on both sides of a barcode, so that a scanner finds its ends."""
HEIGHT = 20
"""Modules; the document stretches it."""

_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
"""Bars and gaps of each of the 107 symbols, in modules."""
_WIDTHS = _TABLE.split()

_TO_C, _TO_B, _START_B, _START_C, _STOP = 99, 100, 104, 105, 106


def qr(text: str) -> str:
    """A QR code of medium error correction, without the quiet zone: the page leaves one."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


def code128(text: str) -> str:
    """A Code 128 barcode with its quiet zones; empty for text it cannot carry (anything but printable ASCII)."""
    if not re.fullmatch("[ -~]{1,60}", text):
        return ""
    x, bars = QUIET, []
    for symbol in symbols(text):
        for i, width in enumerate(_WIDTHS[symbol]):
            if i % 2 == 0:
                bars.append(f"M{x} 0h{width}v{HEIGHT}h-{width}z")
            x += int(width)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {x + QUIET} {HEIGHT}"><path d="{"".join(bars)}"/></svg>'
    )


def symbols(text: str) -> list[int]:
    """The symbols of a text, from start to stop: runs of four digits and more go two in one symbol (set C)."""
    found: list[int] = []
    in_c = False
    for piece in re.findall(r"\d\d(?:\d\d)+|.", text):
        wants_c = len(piece) > 1
        if not found:
            found.append(_START_C if wants_c else _START_B)
        elif wants_c != in_c:
            found.append(_TO_C if wants_c else _TO_B)
        in_c = wants_c
        found += [int(piece[i : i + 2]) for i in range(0, len(piece), 2)] if wants_c else [ord(piece) - 32]
    check = (found[0] + sum(i * symbol for i, symbol in enumerate(found[1:], 1))) % 103
    return [*found, check, _STOP]

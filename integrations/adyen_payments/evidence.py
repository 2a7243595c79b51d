"""Evidence as Adyen takes it: text written on the pages of a PDF, which is made here from nothing but the text."""

import textwrap
from collections.abc import Sequence

_COLUMNS, _LINES = 90, 58
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>"


def as_pdf(text: str) -> bytes:
    """A4 pages in a fixed-width font. What the font lacks becomes a question mark."""
    lines = [line for part in text.splitlines() or [""] for line in textwrap.wrap(part, _COLUMNS) or [""]]
    pages = [lines[at : at + _LINES] for at in range(0, len(lines), _LINES)]
    kids = b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, len(pages)),
        _FONT,
    ]
    for at, page in enumerate(pages):
        content = _content(page)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * at)
        )
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
    return _file(objects)


def _content(lines: Sequence[str]) -> bytes:
    shown = b"\n".join(b"(%b) Tj T*" % _escaped(line) for line in lines)
    return b"BT /F1 10 Tf 13 TL 40 800 Td\n%b\nET" % shown


def _escaped(line: str) -> bytes:
    encoded = line.encode("cp1252", errors="replace")
    return encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects one after the other, and the table that says where each begins."""
    content, starts = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        starts.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table) + trailer

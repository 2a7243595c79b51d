"""Types of files: which there are, what their content begins with, and whether it is what somebody says it is."""

import re

HEAD_BYTES = 4096
"""How much of a file its type is read from."""

IMAGES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
"""What browsers may show in place; everything else is saved."""

_TEXTS = frozenset({"text/plain", "text/csv", "application/json", "application/xml"})
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
_PACKED = frozenset(
    {
        "application/zip",
        f"{_OFFICE}.wordprocessingml.document",
        f"{_OFFICE}.spreadsheetml.sheet",
        f"{_OFFICE}.presentationml.presentation",
        f"{_OPEN_DOCUMENT}.text",
        f"{_OPEN_DOCUMENT}.spreadsheet",
        f"{_OPEN_DOCUMENT}.presentation",
    }
)
"""Archives as far as their beginning tells: what lies in them is not looked at."""

PORTRAITS = IMAGES - {"image/gif"}
DOCUMENTS = IMAGES | _TEXTS | _PACKED | {"application/pdf"}
TABLES = _TEXTS
WORKS = DOCUMENTS | {
    "image/tiff",
    "image/svg+xml",
    "image/vnd.adobe.photoshop",
    "audio/mpeg",
    "audio/wav",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "font/ttf",
    "font/otf",
    "font/woff2",
    "application/gzip",
    "application/x-7z-compressed",
}


_MARKS: tuple[tuple[str, re.Pattern[bytes]], ...] = tuple(
    (content_type, re.compile(pattern, re.DOTALL))
    for content_type, pattern in (
        ("image/png", rb"\x89PNG\r\n\x1a\n"),
        ("image/jpeg", rb"\xff\xd8\xff"),
        ("image/gif", rb"GIF8[79]a"),
        ("image/webp", rb"RIFF....WEBP"),
        ("image/tiff", rb"II\*\x00|MM\x00\*"),
        ("image/vnd.adobe.photoshop", rb"8BPS\x00"),
        ("audio/wav", rb"RIFF....WAVE"),
        ("audio/mpeg", rb"ID3|\xff[\xfa\xfb\xf2\xf3]"),
        ("video/quicktime", rb"....ftypqt  "),
        ("video/mp4", rb"....ftyp"),
        ("video/webm", rb"\x1a\x45\xdf\xa3"),
        ("font/ttf", rb"\x00\x01\x00\x00\x00"),
        ("font/otf", rb"OTTO\x00"),
        ("font/woff2", rb"wOF2"),
        ("application/pdf", rb"%PDF-"),
        ("application/zip", rb"PK(\x03\x04|\x05\x06)"),
        ("application/gzip", rb"\x1f\x8b\x08"),
        ("application/x-7z-compressed", rb"7z\xbc\xaf\x27\x1c"),
    )
)
"""What content of a type begins with; the first that fits counts."""

_TEXT, _UNKNOWN = "text/plain", "application/octet-stream"
_READ_AS = dict.fromkeys(_PACKED, "application/zip") | dict.fromkeys((*_TEXTS, "image/svg+xml"), _TEXT)
"""What content of a type is read as, where that is not the type itself."""
_NOT_IN_TEXT = frozenset(range(32)) - frozenset(b"\t\n\f\r\x1b")


def type_of(head: bytes) -> str:
    """The type that content shows, given how it begins: of several kinds of text, or of archive, the common one."""
    for content_type, mark in _MARKS:
        if mark.match(head):
            return content_type
    return _UNKNOWN if _NOT_IN_TEXT.intersection(head) else _TEXT


def is_really(declared: str, head: bytes) -> bool:
    """Whether content that begins like this can be what somebody declares it to be."""
    return type_of(head) == _READ_AS.get(declared, declared)

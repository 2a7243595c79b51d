"""Names of files in the header that tells browsers what to do with content (RFC 6266)."""

import re
from urllib.parse import quote

from domain.file_types import IMAGES

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()-]")


def disposition(name: str, content_type: str) -> str:
    """Save it under its name; only images may be shown in place. Old programs get a name of plain letters."""
    how = "inline" if content_type in IMAGES else "attachment"
    return f"{how}; filename=\"{_NOT_PLAIN.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"

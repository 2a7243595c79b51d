"""How letters look: one layout for all of them, as plain text and as HTML in which everything is escaped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from integrations.return_pages import address_in_use

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_URL = re.compile(r"https?://[^\s<>\"']+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
"""A token stands on a line of its own."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter's two bodies, which say the same."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line, as HTML shows it."""

    text: str
    is_link: bool = False
    is_secret: bool = False


def written(subject: str, text: str, unsubscribe: str | None = None) -> Written:
    """`text` has paragraphs with empty lines between. Only our own addresses become links, whoever wrote the text."""
    said = {"subject": subject, "text": text, "paragraphs": _paragraphs(text), "unsubscribe": unsubscribe}
    templates = _templates()
    return Written(*(templates.get_template(name).render(said) for name in ("letter.txt", "letter.html")))


def _paragraphs(text: str) -> list[list[list[Piece]]]:
    return [
        [list(_pieces(line)) for line in paragraph.splitlines()] for paragraph in re.split(r"\n\s*\n", text.strip())
    ]


def _pieces(line: str) -> Iterator[Piece]:
    if _SECRET.fullmatch(line):
        yield Piece(line, is_secret=True)
        return
    end = 0
    for found in _URL.finditer(line):
        if found[0].startswith(f"{address_in_use()}/"):
            yield Piece(line[end : found.start()])
            yield Piece(found[0], is_link=True)
            end = found.end()
    yield Piece(line[end:])


@cache
def _templates() -> "Environment":
    # Loaded with the first letter: processes that write none do without.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

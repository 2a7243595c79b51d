"""HTML: text made safe, links between parts of the schema, the frame of every page."""

import re
from collections.abc import Iterable
from html import escape

from graphql import GraphQLNamedType, GraphQLType, get_named_type

from clients.reference.grouping import Grouping

_TICKED = re.compile(r"`([^`]+)`")
_CODE = re.compile(r"(?<![\w.])[A-Z][A-Z]+(?:_[A-Z]+)+(?![\w.])|\b(?:FORBIDDEN|INVALID|CONFLICT|DISPUTED)\b")


def first_sentence(text: str | None) -> str:
    return re.split(r"(?<=\.) |\n", (text or "").strip(), maxsplit=1)[0]


class Links:
    """Addresses of everything in the schema."""

    def __init__(self, grouping: Grouping) -> None:
        self.grouping = grouping
        refusal_codes = grouping.schema.type_map.get("RefusalCode")
        self._codes = set(getattr(refusal_codes, "values", {}))

    def address(self, coordinate: str) -> str:
        return f"/reference/{self.grouping.page_of(coordinate)}#{coordinate}"

    def to(self, coordinate: str, text: str | None = None) -> str:
        return f'<a href="{self.address(coordinate)}"><code>{escape(text or coordinate)}</code></a>'

    def type(self, type_: GraphQLType) -> str:
        """A type as it is written in the schema, its name a link."""
        named: GraphQLNamedType = get_named_type(type_)
        before, _, after = str(type_).partition(named.name)
        link = f'<a href="{self.address(named.name)}">{named.name}</a>'
        return f'<code class="type">{before}{link}{after}</code>'

    def prose(self, text: str | None) -> str:
        """Paragraphs of a description; codes of refusals lead to what they mean."""
        paragraphs = [one for one in re.split(r"\n\s*\n", (text or "").strip()) if one]
        return "".join(f"<p>{self.words(one)}</p>" for one in paragraphs)

    def words(self, text: str | None) -> str:
        safe = _TICKED.sub(r"<code>\1</code>", escape((text or "").strip(), quote=False))
        return _CODE.sub(self._code, safe)

    def _code(self, found: re.Match[str]) -> str:
        return self.to(f"RefusalCode.{found[0]}", found[0]) if found[0] in self._codes else found[0]


def table(caption: str, head: Iterable[str], rows: Iterable[str]) -> str:
    titles = "".join(f'<th scope="col">{one}</th>' for one in head)
    return f"<table><caption>{caption}</caption><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def frame(grouping: Grouping, title: str, main: str, current: str = "") -> str:
    """A whole page: head, navigation by area, search, and what the page is about."""
    areas = dict.fromkeys(page.area for page in grouping.pages.values())
    navigation = "".join(
        f"<section><h2>{area}</h2><ul>"
        + "".join(_entry(page.name, current) for page in grouping.pages.values() if page.area == area)
        + "</ul></section>"
        for area in areas
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Milepost reference</title>
<link rel="icon" href="/reference/assets/icon.svg">
<link rel="stylesheet" href="/reference/assets/style.css">
<script src="/reference/assets/script.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<a class="name" href="/reference"><img src="/reference/assets/icon.svg" alt="" width="24" height="24">
<strong>Milepost</strong> Reference</a>
<nav aria-label="Milepost"><a href="/reference/map">Schema map</a> <a href="/reference/deprecations">Deprecations</a>
<a href="/explorer">Explorer</a> <a href="/schema.graphql">SDL</a></nav>
<form role="search" action="/reference"><label for="search">Search types, fields and words</label>
<input id="search" type="search" autocomplete="off" placeholder="Search: press /" aria-controls="found">
<ul id="found" aria-label="Found" hidden></ul><p id="said" role="status"></p></form>
</header>
<div class="columns">
<nav class="pages" aria-label="Pages"><details open><summary>Pages</summary>{navigation}</details></nav>
<main id="main" tabindex="-1">
{main}
</main>
</div>
</body>
</html>
"""


def _entry(name: str, current: str) -> str:
    mark = ' aria-current="page"' if name == current else ""
    return f'<li><a href="/reference/{name}"{mark}>{name}</a></li>'

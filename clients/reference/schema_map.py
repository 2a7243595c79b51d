"""The schema map: pages as boxes, a column for each area, and how fields lead on; as a picture and as text."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLInterfaceType, GraphQLObjectType, OperationType

from clients.reference.grouping import SHARED, Grouping, Page, entry_of
from clients.reference.markup import Links, table

_WIDTH, _HEIGHT, _ACROSS, _DOWN, _TOP, _LEFT = 178, 48, 262, 72, 48, 4


@dataclass(frozen=True, slots=True)
class Edge:
    """Fields by which one page leads to another, as coordinates."""

    source: str
    target: str
    through: tuple[str, ...]


def edges(grouping: Grouping) -> list[Edge]:
    """Every way from a noun to a noun of another page; what is shared by all is left out."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, source in grouping.nouns.items():
        type_ = grouping.schema.type_map[name]
        assert isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)), "nouns have fields"
        for field_name, field in type_.fields.items():
            target = grouping.nouns.get(entry_of(field).name, SHARED)
            if target not in (source, SHARED):
                found[source, target].append(f"{name}.{field_name}")
    return [Edge(source, target, tuple(through)) for (source, target), through in found.items()]


def schema_map(grouping: Grouping) -> str:
    """The main part of the page."""
    links, ways = Links(grouping), edges(grouping)
    rows = (
        f'<tr><th scope="row">{_page_link(way.source)}</th>'
        f"<td>{', '.join(links.to(one) for one in way.through)}</td><td>{_page_link(way.target)}</td></tr>"
        for way in sorted(ways, key=lambda way: (list(grouping.pages).index(way.source), way.target))
    )
    return (
        "<h1>Schema map</h1><p>Each box is a page of this reference. Point at a box, or move to it with Tab, to see "
        "where its fields lead; open it to read about it. The same as text is below.</p>"
        f'<div class="map">{_picture(grouping, ways)}</div>'
        f"<h2>As text</h2>{table('Which fields lead where', ('From', 'Through', 'To'), rows)}"
    )


def _picture(grouping: Grouping, ways: list[Edge]) -> str:
    places = dict(_places(grouping))
    areas = list(dict.fromkeys(page.area for page in grouping.pages.values()))
    width = _LEFT * 2 + _ACROSS * (len(areas) - 1) + _WIDTH + 40
    height = max(y for _, y in places.values()) + _HEIGHT + 20
    titles = "".join(f'<text class="area" x="{_LEFT + _ACROSS * i}" y="28">{one}</text>' for i, one in enumerate(areas))
    lines = "".join(_line(way, places) for way in ways if way.source in places and way.target in places)
    boxes = "".join(_box(grouping.pages[name], place, ways) for name, place in places.items())
    return (
        f'<svg viewBox="0 0 {width} {height}" role="group" aria-label="Boxes for the nouns and lines between them">'
        f"{titles}<g>{lines}</g>{boxes}</svg>"
    )


def _places(grouping: Grouping) -> Iterator[tuple[str, tuple[int, int]]]:
    """A column for each area."""
    columns: dict[str, list[Page]] = defaultdict(list)
    for page in grouping.pages.values():
        columns[page.area].append(page)
    for column, pages in enumerate(columns.values()):
        for row, page in enumerate(one for one in pages if one.name != SHARED):
            yield page.name, (_LEFT + _ACROSS * column, _TOP + _DOWN * row)


def _line(way: Edge, places: dict[str, tuple[int, int]]) -> str:
    """A curve from side to side; within a column it bends out to the right and back."""
    (x1, y1), (x2, y2) = places[way.source], places[way.target]
    y1, y2 = y1 + _HEIGHT // 2 - 5, y2 + _HEIGHT // 2 + 5
    if x1 == x2:
        x1 = x2 = x1 + _WIDTH
        bend1 = bend2 = x1 + 30 + abs(y2 - y1) // 10
    else:
        x1, x2 = (x1 + _WIDTH, x2) if x1 < x2 else (x1, x2 + _WIDTH)
        bend1, bend2 = (x1 + 60, x2 - 60) if x1 < x2 else (x1 - 60, x2 + 60)
    path = f"M{x1} {y1}C{bend1} {y1} {bend2} {y2} {x2} {y2}"
    return f'<path d="{path}" data-ends="{way.source} {way.target}"><title>{", ".join(way.through)}</title></path>'


def _box(page: Page, place: tuple[int, int], ways: list[Edge]) -> str:
    x, y = place
    leads = ", ".join(dict.fromkeys(way.target for way in ways if way.source == page.name)) or "nowhere else"
    changes = sum(kind is OperationType.MUTATION for kind, _ in page.roots)
    reads = len(page.roots) - changes
    note = ", ".join(f"{count} {what}" for count, what in ((reads, "to read"), (changes, "to change")) if count)
    return (
        f'<a href="/reference/{page.name}" data-page="{page.name}" aria-description="Leads to {leads}">'
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>'
        f'<text x="{x + 12}" y="{y + 21}">{page.name}</text>'
        f'<text class="note" x="{x + 12}" y="{y + 38}">{note}</text></a>'
    )


def _page_link(name: str) -> str:
    return f'<a href="/reference/{name}">{name}</a>'

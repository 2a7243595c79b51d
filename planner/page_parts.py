"""Pages of connections as parts: their texts with cursors, counts and what stands around them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from graphql import GraphQLObjectType

from planner.edges import Connection
from planner.levels import AskedPage, FetchedPage, PageLevel
from planner.pages import PageRequest, cursor_text
from planner.rows import Rows
from planner.running import Run
from planner.shapes import present
from planner.texts import Selected


@dataclass(slots=True)
class PagePart:
    """Where an edge leads to a list in pages."""

    edge: Connection
    level: PageLevel
    selected: Selected
    parent: GraphQLObjectType
    fields: "list[PageField]"
    _has_rows: bool = field(init=False)
    _is_counted: bool = field(init=False)
    _settled: dict[int, AskedPage] = field(init=False, default_factory=dict)
    """By the viewer's shape, what is asked for where that and constant arguments decide it."""

    def __post_init__(self) -> None:
        self._has_rows = any(one.name not in ("totalCount", "__typename") for one in self.fields)
        self._is_counted = any(one.name == "totalCount" for one in self.fields)

    async def answer(self, run: Run) -> str:
        """The page of a list that begins at the root."""
        asked = self._settled.get(run.asker.shape) or await self._ask(run)
        page = await self.level.of_root(run, asked) if self._has_rows else _EMPTY
        counts = await self.level.counts(run, None, asked) if self._is_counted else {}
        return self._text(asked, page, counts.get(None, 0))

    async def texts(self, run: Run, rows: Rows) -> Any:
        if self.edge.column is None:
            return [await self.answer(run)] * len(rows)
        keys = present(rows.column(self.edge.key))
        pages = await self._pages(run, list(set(keys)))
        return [pages[key] for key in keys]

    async def _pages(self, run: Run, keys: list[Any]) -> dict[Any, str]:
        """The text of each key's page."""
        asked = self._settled.get(run.asker.shape) or await self._ask(run)
        found = await self.level.of_parents(run, keys, asked) if self._has_rows else {}
        counts = await self.level.counts(run, keys, asked) if self._is_counted else {}
        return {key: self._text(asked, found.get(key, _EMPTY), counts.get(key, 0)) for key in keys}

    async def _ask(self, run: Run) -> AskedPage:
        request: PageRequest = (await run.ask(self.selected, self.parent)).request
        asked = self.level.asked(request)
        if self.selected.direct is not None and self.selected.arguments.are_constant:
            self._settled[run.asker.shape] = asked
        return asked

    def _text(self, asked: AskedPage, page: FetchedPage, count: int) -> str:
        inside = [f'"{one.key}":{one.text(asked, page, count)}' for one in self.fields]
        return f"{{{','.join(inside)}}}"


_EMPTY = FetchedPage([], [], False)


@dataclass(slots=True)
class PageField:
    """A field of a connection: nodes, edges, pageInfo, totalCount or __typename."""

    key: str
    name: str
    shapes: list[int]
    """Which of the level's shapes show the nodes below: one for `nodes`, one for each `node` of `edges`."""
    below: list[Selected]
    type_name: str

    def text(self, asked: AskedPage, page: FetchedPage, count: int) -> str:
        if self.name == "nodes":
            return f"[{','.join(page.texts[self.shapes[0]])}]"
        if self.name == "edges":
            nodes = zip(*(page.texts[shape] for shape in self.shapes), strict=True) if self.shapes else repeat(())
            entries = (
                self._entry(asked.signature, texts, place) for texts, place in zip(nodes, page.places, strict=False)
            )
            return f"[{','.join(entries)}]"
        if self.name == "pageInfo":
            return self._page_info(asked.signature, asked.request, page)
        return str(count) if self.name == "totalCount" else f'"{self.type_name}"'

    def _entry(self, signature: str, nodes: Sequence[str], place: tuple[Any, ...]) -> str:
        shown, remaining = [], iter(nodes)
        for one in self.below:
            if one.name == "node":
                text = next(remaining)
            else:
                text = f'"{cursor_text(signature, place)}"' if one.name == "cursor" else f'"{one.type_name}"'
            shown.append(f'"{one.key}":{text}')
        return f"{{{','.join(shown)}}}"

    def _page_info(self, signature: str, request: PageRequest, page: FetchedPage) -> str:
        shown = []
        for one in self.below:
            if one.name in ("startCursor", "endCursor"):
                ends = page.places[:1] if one.name == "startCursor" else page.places[-1:]
                text = f'"{cursor_text(signature, ends[0])}"' if ends else "null"
            elif one.name == "hasNextPage":
                text = _json_bool(request.before is not None if request.backwards else page.has_more)
            elif one.name == "hasPreviousPage":
                text = _json_bool(page.has_more if request.backwards else request.after is not None)
            else:
                text = f'"{one.type_name}"'
            shown.append(f'"{one.key}":{text}')
        return f"{{{','.join(shown)}}}"


def _json_bool(value: bool) -> str:
    return "true" if value else "false"

"""Loaders derived from the edge declarations: one statement per edge and level, whatever the page size."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any

from aiodataloader import DataLoader

from domain.actors import Actor
from persistence.database import Database
from planner.edges import Batch, Connection, Derived, Many, One
from planner.pages import Page, PageRequest, count_statement, finish, page_statement

Keys = list[Any]

ROOT = "root"
"""The parent of lists that start at the root of a query."""


class Loaders:
    """The batches of one request. Each batch reads through a session of its own, with the viewer's rights."""

    def __init__(self, database: Database, viewer: Actor) -> None:
        self._database = database
        self._viewer = viewer
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    async def one(self, edge: One, parent: Any) -> Any:
        """The object at the end of the edge, or None where there is none or the viewer may not see it."""
        key = getattr(parent, edge.key)
        return None if key is None else await self._load(edge, partial(self._ones, edge), key)

    async def many(self, edge: Many, parent: Any) -> list[Any]:
        found: list[Any] = await self._load(edge, partial(self._manys, edge), getattr(parent, edge.key))
        return found

    async def page(self, edge: Connection, parent: Any, request: PageRequest) -> Page:
        key = ROOT if edge.column is None else getattr(parent, edge.key)
        page: Page = await self._load((edge, request), partial(self._pages, edge, request), key)
        return page

    async def count(self, page: Page) -> int:
        edge, request = page.connection, PageRequest(filter=page.request.filter)
        count: int = await self._load((edge, request, "count"), partial(self._counts, edge, request), page.parent)
        return count

    async def batch(self, edge: Batch | Derived, parent: Any) -> Any:
        """A value computed for all parents of a level at once. Parents are the loaded objects themselves."""
        return await self._load(edge, partial(self._batch, edge), parent)

    async def _load(self, edge: Hashable, load: Callable[[Keys], Coroutine[Any, Any, list[Any]]], key: Any) -> Any:
        """One value of a batch. Shielded, because siblings share it: the executor cancels the fields beside one that
        failed, and cancelling whoever awaits the shared value would cancel it for everybody."""
        if edge not in self._loaders:
            self._loaders[edge] = DataLoader(load)
        return await asyncio.shield(self._loaders[edge].load(key))

    async def _ones(self, edge: One, keys: Keys) -> list[Any]:
        async with self._database.reader() as session:
            found = (await session.scalars(edge.statement(keys, self._viewer))).all()
        by_key = {getattr(target, edge.column): target for target in found}
        return [by_key.get(key) for key in keys]

    async def _manys(self, edge: Many, keys: Keys) -> list[Any]:
        async with self._database.reader() as session:
            found = (await session.scalars(edge.statement(keys, self._viewer))).all()
        by_key: dict[Any, list[Any]] = defaultdict(list)
        for target in found:
            by_key[getattr(target, edge.column)].append(target)
        return [by_key[key] for key in keys]

    async def _pages(self, edge: Connection, request: PageRequest, keys: Keys) -> list[Page]:
        parents = None if edge.column is None else keys
        async with self._database.reader() as session:
            rows = (await session.execute(page_statement(edge, request, self._viewer, parents))).all()
        by_key: dict[Any, list[Any]] = defaultdict(list)
        for row in rows:
            by_key[ROOT if parents is None else row[0]].append(row[-1])
        return [finish(Page(edge, request, key), by_key[key]) for key in keys]

    async def _counts(self, edge: Connection, request: PageRequest, keys: Keys) -> list[int]:
        parents = None if edge.column is None else keys
        async with self._database.reader() as session:
            rows = (await session.execute(count_statement(edge, request, self._viewer, parents))).all()
        by_key = {ROOT if parents is None else row[0]: row[-1] for row in rows}
        return [by_key.get(key, 0) for key in keys]

    async def _batch(self, edge: Batch | Derived, parents: Keys) -> list[Any]:
        async with self._database.reader() as session:
            values = await edge.load(session, self._viewer, parents)
        return [values.get(parent.id, edge.default) for parent in parents]

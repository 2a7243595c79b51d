"""Who callers are by now, for connections that outlive a request: all who ask at the same moment, by one statement."""

from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from aiodataloader import DataLoader

from domain.actors import ANONYMOUS, Actor
from persistence.api_keys import actors_of_keys
from persistence.database import Database
from persistence.sessions import actors_of_sessions
from persistence.work import Share, Turns, Work, working_for

MOST_AT_ONCE = 1_000
"""Of one statement."""
_STATEMENTS_AT_ONCE = 2
"""When all come back at the same time, as after a release, they do not take the connections that their feeds need."""

Find: TypeAlias = Callable[[Database, Collection[UUID], datetime], Awaitable[dict[UUID, Actor]]]


class Identities:
    """Nothing is remembered: whoever asks is looked up after they have asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loaders: dict[Find, DataLoader[UUID, Actor]] = {}
        self.work = Work(share=Share(Turns(_STATEMENTS_AT_ONCE), Turns(1)))
        """What is done here is done for many, and within a share of its own."""

    async def by_now(self, viewer: Actor) -> Actor:
        """Who somebody is by now; ANONYMOUS once their session or key has ended."""
        if viewer.key_id is not None:
            return await self._look_up(actors_of_keys, viewer.key_id)
        if viewer.session_id is not None:
            return await self._look_up(actors_of_sessions, viewer.session_id)
        return viewer

    async def _look_up(self, find: Find, id_: UUID) -> Actor:
        loader = self._loaders.get(find)
        if loader is None:
            found: Any = partial(self._found, find)
            loader = self._loaders[find] = DataLoader(found, cache=False, max_batch_size=MOST_AT_ONCE)
        return await loader.load(id_)

    async def _found(self, find: Find, ids: list[UUID]) -> list[Actor]:
        with working_for(self.work):
            found = await find(self._database, set(ids), datetime.now(UTC))
        return [found.get(one, ANONYMOUS) for one in ids]

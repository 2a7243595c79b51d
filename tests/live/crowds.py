"""Many operations in one process, as a transport runs them, and what they cost the database together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from domain.actors import Actor
from persistence.outbox import last_position
from persistence.wakeups import Wakeups
from persistence.work import count_work
from resolvers.context import Context, Platform
from resolvers.live import cursor_of
from server.auth import actor_by_now, actor_of_token
from server.errors import as_fault
from server.operations import Asked, results
from server.plans import Plans
from tests.world import Person, World

PATIENCE_SECONDS = 20


@dataclass(slots=True)
class Listener:
    """One operation, as a transport runs it, with what it has been told so far."""

    viewer: Actor
    told: list[Any] = field(default_factory=list)
    context: Context | None = None
    has_heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, platform: Platform, plans: Plans, asked: Asked) -> None:
        # Made in the task of the operation, which works for it from then on.
        self.context = context = Context(platform, self.viewer)
        context.identify = lambda: actor_by_now(platform, context.viewer)
        async with aclosing(results(plans, asked, context)) as each:
            async for result in each:
                self.told.append(_shown(result))
                self.has_heard.set()

    async def until(self, count: int) -> None:
        """Has been told so much."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.told) < count:
                self.has_heard.clear()
                await self.has_heard.wait()


def _shown(result: Any) -> Any:
    """What its one field shows, or the code of the refusal that it ends with."""
    if result.errors:
        return as_fault(result.errors[0], "").extensions["code"]
    [shown] = orjson.loads(orjson.dumps(result.data)).values()
    return shown


class Crowd:
    """Listeners in one process, and what they cost the database together."""

    def __init__(self, world: World) -> None:
        self._world, self._plans = world, Plans(world.database)
        self._platform = Platform(world.database, world.clock.now, Wakeups(world.database))
        self.listeners: list[Listener] = []
        self._listening: list[asyncio.Task[None]] = []
        count_work(world.database.engine)

    @classmethod
    @asynccontextmanager
    async def gathered(cls, world: World, rest: Callable[[], Awaitable[None]] | None = None) -> AsyncIterator["Crowd"]:
        """Perhaps with a rest of their own after messages of figures."""
        crowd = cls(world)
        crowd._platform.rest = rest or crowd._platform.rest
        await crowd._platform.wakeups.start()
        try:
            yield crowd
        finally:
            for task in crowd._listening:
                task.cancel()
            await asyncio.gather(*crowd._listening, return_exceptions=True)
            await crowd._platform.wakeups.stop()

    async def joins(self, person: Person, asked: Asked, times: int = 1) -> list[Listener]:
        viewer = await actor_of_token(self._world.database, person.token)
        joined = [Listener(viewer) for _ in range(times)]
        self._listening += [asyncio.create_task(one.listen(self._platform, self._plans, asked)) for one in joined]
        self.listeners += joined
        return joined

    async def until(self, count: int) -> None:
        """All of them have been told so much."""
        await asyncio.gather(*(one.until(count) for one in self.listeners))

    @property
    def statements(self) -> int:
        contexts = [one.context for one in self.listeners if one.context is not None]
        return self._platform.identities.work.statements + sum(one.work.statements for one in contexts)


async def now(world: World) -> str:
    async with world.database.reader() as session:
        return cursor_of(await last_position(session))

"""One document, answered twice on the same data: by the ordinary executor and by the planner."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import parse, validate

from domain.actors import Actor
from persistence.wakeups import Wakeups
from planner.planning import Answer, Planner
from resolvers.context import Context, Platform
from resolvers.rate_limits import RateLimits
from schema.api import schema
from schema.metering import start
from schema.planned import MilepostBindings
from tests.world import World

GRAPHQL = schema._schema


@dataclass(slots=True)
class Both:
    """`database` answers both; `driver` is a connection of its own for the planner."""

    platform: Platform
    planner: Planner
    driver: Any

    @classmethod
    @asynccontextmanager
    async def over(cls, world: World) -> AsyncIterator["Both"]:
        # One instant for both, so that what depends on the time is the same.
        at = world.clock.now()
        limits = RateLimits(ceiling=10**12)
        platform = Platform(world.database, lambda: at, Wakeups(world.database), rate_limits=limits)
        async with world.database.connection() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            yield cls(platform, Planner(GRAPHQL, MilepostBindings(GRAPHQL)), driver)

    def context(self, viewer: Actor) -> Context:
        context = Context(platform=self.platform, viewer=viewer)
        start(context, None)
        return context

    def is_valid(self, query: str) -> bool:
        return not validate(GRAPHQL, parse(query))

    async def planned(
        self, query: str, variables: dict[str, Any], viewer: Actor, *, explain: bool = False
    ) -> Answer | None:
        plan = self.planner.admit(query)
        return await self.planner.answer(
            plan, variables, self.context(viewer), self._fetch, self.platform.database.reader, explain=explain
        )

    async def ordinary(self, query: str, variables: dict[str, Any], viewer: Actor) -> tuple[bytes, list[Any]]:
        answer = await schema.execute(query, variable_values=variables, context_value=self.context(viewer))
        return orjson.dumps(answer.data), list(answer.errors or [])

    async def _fetch(self, sql: str, values: list[Any]) -> Any:
        return await self.driver.fetch(sql, *values)

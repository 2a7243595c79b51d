"""One document, answered twice on the same data: by the ordinary executor and by the planner."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import orjson
from graphql import get_operation_ast, parse

from domain.actors import Actor
from persistence.wakeups import Wakeups
from planner.planning import Answer, Planner
from resolvers.context import Context, Platform
from resolvers.rate_limits import RateLimits
from schema.api import schema
from schema.metering import OPERATIONS, charge, learn, start
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
        # An hour between two questions to the clock: every meter is full again, and both see the same in it.
        limits = RateLimits(ceiling=10**12, clock=count(0, 3600).__next__)
        platform = Platform(world.database, lambda: at, Wakeups(world.database), rate_limits=limits)
        async with world.database.connection() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            yield cls(platform, Planner(GRAPHQL, MilepostBindings(GRAPHQL)), driver)

    def context(self, viewer: Actor) -> Context:
        context = Context(platform=self.platform, viewer=viewer)
        start(context, "", None)
        # Two answers are the same only if neither is written down in the audit log that they may show.
        context.is_read_written_down = True
        return context

    def _paid(self, query: str, variables: dict[str, Any], viewer: Actor) -> Context:
        """A context whose operation has been paid for, as the endpoint does before it asks the planner."""
        known = OPERATIONS.find(query, None)
        if known is None:
            document = parse(query)
            operation = get_operation_ast(document)
            assert operation is not None
            known = learn(query, None, GRAPHQL, document, operation)
        context = self.context(viewer)
        charge(context, known, variables)
        return context

    async def planned(
        self, query: str, variables: dict[str, Any], viewer: Actor, *, explain: bool = False
    ) -> Answer | None:
        plan = self.planner.admit(query)
        context = self._paid(query, variables, viewer)
        return await self.planner.answer(
            plan, variables, context, self._fetch, self.platform.database.reader, explain=explain
        )

    async def ordinary(self, query: str, variables: dict[str, Any], viewer: Actor) -> tuple[bytes, list[Any]]:
        answer = await schema.execute(query, variable_values=variables, context_value=self.context(viewer))
        return orjson.dumps(answer.data), list(answer.errors or [])

    async def _fetch(self, sql: str, values: list[Any]) -> Any:
        return await self.driver.fetch(sql, *values)

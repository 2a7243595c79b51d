"""Planned queries: the planner beside the GraphQL endpoint, its pinned connections, counters and explanations."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson
from graphql import parse, validate
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from domain.actors import Actor, ActorKind
from domain.permissions import Permission
from persistence.database import Database
from persistence.wakeups import Wakeups
from persistence.work import CURRENT
from planner.planning import Answer, Plan, Planner, Stream
from resolvers.context import Context, Platform
from schema.api import schema
from schema.limits import valid_document
from schema.planned import MilepostBindings

MOST_PINNED = 4
"""Of the pool; a burst of queries takes more for as long as it lasts."""
MOST_PREPARED = 500
"""On each of them."""


@dataclass(eq=False, slots=True)
class Pin:
    """A connection of the pool with the statements that were prepared on it."""

    connection: AsyncConnection
    driver: Any
    prepared: dict[str, Any] = field(default_factory=dict)

    async def fetch(self, text: str, values: list[Any]) -> Any:
        statement = self.prepared.get(text)
        if statement is None:
            if len(self.prepared) >= MOST_PREPARED:
                self.prepared.clear()
            statement = self.prepared[text] = await self.driver.prepare(text)
        try:
            records = await statement.fetch(*values)
        except asyncpg.InvalidCachedStatementError:
            # The tables have changed under it: whoever asks next prepares it anew.
            self.prepared.clear()
            raise
        if (work := CURRENT.get()) is not None:
            work.statements += 1
            work.rows += len(records)
        return records


class Pins:
    """Connections that stay with the planner between requests, last in first out, so that few are busy."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._free: list[Pin] = []

    async def take(self) -> Pin:
        while self._free:
            pin = self._free.pop()
            if not pin.driver.is_closed():
                return pin
            await self.discard(pin)
        connection = await self._database.engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        return Pin(connection, (await connection.get_raw_connection()).driver_connection)

    async def give_back(self, pin: Pin) -> None:
        if pin.driver.is_closed():
            await self.discard(pin)
        elif len(self._free) < MOST_PINNED:
            self._free.append(pin)
        else:
            await pin.connection.close()

    async def discard(self, pin: Pin) -> None:
        await pin.connection.invalidate()
        await pin.connection.close()

    async def close(self) -> None:
        while self._free:
            await self._free.pop().connection.close()


class Plans:
    """One per process. A document is planned from its second request on: the first has shown that it is valid."""

    def __init__(self, database: Database) -> None:
        graphql = schema._schema
        self.planner = Planner(graphql, MilepostBindings(graphql))
        self.pins = Pins(database)
        self._database = database

    @property
    def fallbacks(self) -> Counter[str]:
        """How many operations of known documents the ordinary executor answered, by reason."""
        return self.planner.fallbacks

    async def admit(self, request: Request) -> None:
        """Remembers the document of a request that the ordinary executor has just answered without an error."""
        if request.method != "POST" or not request.headers.get("content-type", "").startswith("application/json"):
            return
        body = orjson.loads(await request.body())
        query, name = body.get("query"), body.get("operationName")
        if isinstance(query, str) and (name is None or isinstance(name, str)):
            self.planner.admit(query, name)

    def find(self, asked: Mapping[str, Any]) -> Plan | None:
        """The plan of a known document."""
        plan = self.planner.find(asked["query"], asked.get("operationName"))
        return None if plan is None or plan.document is None else plan

    def plan_of(self, query: str, operation_name: str | None) -> Plan | None:
        """The plan of a document, which is validated when it is new; None where it is not valid."""
        plan = self.planner.find(query, operation_name)
        if plan is not None:
            return plan
        document = valid_document(schema._schema, query)
        return None if document is None else self.planner.admit(query, operation_name, document)

    async def answer(
        self, plan: Plan, variables: Mapping[str, Any] | None, context: Context, *, explain: bool = False
    ) -> Answer | None:
        """The data of a query or mutation; None where the ordinary executor has to answer, with the same context."""
        answer = await self.planner.answer(
            plan,
            variables,
            context,
            self._fetch,
            self._database.reader,
            outcomes=context.outcomes,
            explain=explain,
        )
        if answer is None:
            context.forget()
        return answer

    async def subscribe(self, plan: Plan, variables: Mapping[str, Any] | None, context: Context) -> Stream | None:
        """An open subscription; None where the ordinary executor has to open it."""
        return await self.planner.subscribe(plan, variables, context, self._fetch, self._database.reader)

    async def _fetch(self, sql: str, values: list[Any]) -> Any:
        """The rows of one statement. The connection is kept no longer: what a verb does meanwhile needs some, too."""
        pin = await self.pins.take()
        try:
            rows = await pin.fetch(sql, values)
        except BaseException:
            # Given up in the middle of a statement: nobody else should meet what is left of it.
            await self.pins.discard(pin)
            raise
        await self.pins.give_back(pin)
        return rows


async def plan_command(url: str, query: str, variables: Mapping[str, Any]) -> int:
    """Runs a document as somebody with every permission and prints its statements; 1 where there is no plan."""
    database = Database(url, pool_size=2)
    plans, platform = Plans(database), Platform(database, lambda: datetime.now(UTC), Wakeups(database))
    viewer = Actor(kind=ActorKind.USER, is_verified=True, permissions=frozenset(Permission))
    try:
        if faults := validate(schema._schema, parse(query)):
            print("\n".join(fault.message for fault in faults))
            return 1
        plan = plans.planner.admit(query)
        answer = await plans.answer(plan, variables, Context(platform=platform, viewer=viewer), explain=True)
    finally:
        await plans.pins.close()
        await database.close()
    if answer is None:
        print("The ordinary executor answers this:", ", ".join(plans.fallbacks) or "it is not a query")
        return 1
    for step in answer.steps:
        print(f"-- {step.name}: {step.rows} rows in {step.milliseconds:.2f} ms\n{step.sql};\n")
    return 0


def described(answer: Answer) -> list[dict[str, Any]]:
    """The statements of an answer, for people."""
    return [
        {"level": one.name, "rows": one.rows, "milliseconds": round(one.milliseconds, 3), "sql": one.sql}
        for one in answer.steps
    ]

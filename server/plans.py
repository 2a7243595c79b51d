"""Planned queries: the planner beside the GraphQL endpoint, its pinned connections, counters and explanations."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from graphql import parse, validate
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from domain.actors import Actor, ActorKind
from domain.permissions import Permission
from persistence.database import Database
from persistence.wakeups import Wakeups
from planner.planning import Answer, Planner
from resolvers.context import Context, Platform
from schema.api import schema
from schema.planned import MilepostBindings

MOST_PINNED = 4
"""Of the pool; a burst of queries takes more for as long as it lasts."""
EXPLAIN_HEADER = "x-milepost-plan"


class Pins:
    """Connections that stay with the planner between requests, last in first out, so that few are busy."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._free: list[tuple[AsyncConnection, Any]] = []

    async def take(self) -> tuple[AsyncConnection, Any]:
        while self._free:
            pin = self._free.pop()
            if not pin[1].is_closed():
                return pin
            await self.discard(pin)
        connection = await self._database.engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        return connection, (await connection.get_raw_connection()).driver_connection

    async def give_back(self, pin: tuple[AsyncConnection, Any]) -> None:
        if pin[1].is_closed():
            await self.discard(pin)
        elif len(self._free) < MOST_PINNED:
            self._free.append(pin)
        else:
            await pin[0].close()

    async def discard(self, pin: tuple[AsyncConnection, Any]) -> None:
        await pin[0].invalidate()
        await pin[0].close()

    async def close(self) -> None:
        while self._free:
            await self._free.pop()[0].close()


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
        if not _is_plain(request):
            return
        body = orjson.loads(await request.body())
        query, name = body.get("query"), body.get("operationName")
        if isinstance(query, str) and (name is None or isinstance(name, str)):
            self.planner.admit(query, name)

    def knows(self, body: Any) -> bool:
        if not isinstance(body, dict):
            return False
        query, name, variables = body.get("query"), body.get("operationName"), body.get("variables")
        is_plain = isinstance(query, str) and (name is None or isinstance(name, str))
        return is_plain and (variables is None or isinstance(variables, dict)) and self.planner.knows(str(query), name)

    async def answer(self, body: Mapping[str, Any], context: Context, *, explain: bool = False) -> Answer | None:
        """The data of a known document; None where the ordinary executor has to answer."""
        plan = self.planner.admit(body["query"], body.get("operationName"))
        if plan.document is None:
            return None
        pin = await self.pins.take()
        driver = pin[1]

        async def fetch(sql: str, values: list[Any]) -> Any:
            return await driver.fetch(sql, *values)

        try:
            answer = await self.planner.answer(
                plan, body.get("variables"), context, fetch, self._database.reader, explain=explain
            )
        except BaseException:
            # Given up in the middle of a statement: nobody else should meet what is left of it.
            await self.pins.discard(pin)
            raise
        await self.pins.give_back(pin)
        return answer

    async def respond(self, request: Request, context_of: Any) -> Response | None:
        """The whole HTTP answer to a POST of a known document, or None."""
        if not _is_plain(request):
            return None
        try:
            body = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            return None
        if not self.knows(body):
            return None
        context: Context = await context_of(request)
        explain = EXPLAIN_HEADER in request.headers and context.viewer.may(Permission.STAFF_OPS)
        answer = await self.answer(body, context, explain=explain)
        if answer is None:
            return None
        extensions = b"" if not explain else b',"extensions":' + orjson.dumps({"plan": described(answer)})
        return Response(b'{"data":' + answer.body + extensions + b"}", media_type="application/json")


def _is_plain(request: Request) -> bool:
    """One JSON request for one JSON answer."""
    kind, accepted = request.headers.get("content-type", ""), request.headers.get("accept", "")
    streams = "text/event-stream" in accepted or "multipart" in accepted
    return request.method == "POST" and kind.split(";")[0].strip() == "application/json" and not streams


async def plan_command(url: str, query: str, variables: Mapping[str, Any]) -> int:
    """Runs a document as somebody with every permission and prints its statements; 1 where there is no plan."""
    database = Database(url, pool_size=2)
    plans, platform = Plans(database), Platform(database, lambda: datetime.now(UTC), Wakeups(database))
    viewer = Actor(kind=ActorKind.USER, is_verified=True, permissions=frozenset(Permission))
    try:
        if faults := validate(schema._schema, parse(query)):
            print("\n".join(fault.message for fault in faults))
            return 1
        plans.planner.admit(query)
        body = {"query": query, "variables": dict(variables)}
        answer = await plans.answer(body, Context(platform=platform, viewer=viewer), explain=True)
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

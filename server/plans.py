"""Planned queries: the planner beside the GraphQL endpoint, its pinned connections, counters and explanations."""

from collections import Counter
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from typing import Any

from graphql import parse, validate
from starlette.requests import Request

from domain.actors import Actor, ActorKind
from domain.permissions import Permission
from persistence.database import Database
from persistence.wakeups import Wakeups
from planner.planning import Answer, Plan, Planner, Stream
from resolvers.context import Context, Platform
from schema.api import schema
from schema.limits import valid_document
from schema.metering import OPERATIONS, learn
from schema.planned import MilepostBindings

ASKED = "asked"
"""Where a request keeps its document and the name of the operation, once they have been read."""


class Plans:
    """One per process. A document is planned from its second request on: the first has shown that it is valid."""

    def __init__(self, database: Database) -> None:
        graphql = schema._schema
        self.planner = Planner(graphql, MilepostBindings(graphql))
        self._fetch, self._reader = database.pins.fetch, database.reader

    @property
    def fallbacks(self) -> Counter[str]:
        """How many operations of known documents the ordinary executor answered, by reason."""
        return self.planner.fallbacks

    async def admit(self, request: Request) -> None:
        """Remembers the document of a request that the ordinary executor has just answered without an error, if it came
        by the way of planned ones."""
        if (asked := request.scope["state"].get(ASKED)) is not None:
            self.planner.admit(*asked)

    def find(self, query: str, operation_name: str | None) -> Plan | None:
        """The plan of a known document, with the operation as it is metered in its notes."""
        plan = self.planner.find(query, operation_name)
        if plan is None or plan.document is None:
            return None
        if plan.notes is None:
            plan.notes = OPERATIONS.find(query, operation_name)
        return None if plan.notes is None else plan

    def plan_of(self, query: str, operation_name: str | None) -> Plan | None:
        """The plan of a document, which is validated when it is new; None where it is not valid."""
        plan = self.planner.find(query, operation_name)
        if plan is not None:
            return plan
        document = valid_document(schema._schema, query)
        return None if document is None else self.planner.admit(query, operation_name, document)

    def plan_at_once(self, query: str, operation_name: str | None) -> Plan | None:
        """The plan of a document that is asked again while it is answered for the first time: that may take long, and
        others like it much longer. None where it is not valid, or cannot be planned."""
        plan = self.plan_of(query, operation_name)
        if plan is None or plan.document is None:
            return None
        read = plan.document
        plan.notes = OPERATIONS.find(query, operation_name) or learn(
            query, operation_name, read.schema, read.node, read.operation
        )
        return plan

    def answer(
        self, plan: Plan, variables: Mapping[str, Any] | None, context: Context, *, explain: bool = False
    ) -> Awaitable[Answer | None]:
        """The data of a query or mutation; None where the ordinary executor has to answer, with the same context once
        it has forgotten what was loaded."""
        return self.planner.answer(
            plan, variables, context, self._fetch, self._reader, outcomes=context.outcomes, explain=explain
        )

    async def subscribe(self, plan: Plan, variables: Mapping[str, Any] | None, context: Context) -> Stream | None:
        """An open subscription; None where the ordinary executor has to open it."""
        return await self.planner.subscribe(plan, variables, context, self._fetch, self._reader)


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

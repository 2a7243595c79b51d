"""A client of the API whose mutations run once and are answered by both executors."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Self
from uuid import UUID

import orjson
from graphql import get_named_type, parse, validate
from sqlalchemy import select

from persistence.wakeups import Wakeups
from planner.planning import Planner
from resolvers.context import Context, Platform
from resolvers.nodes import SOURCES
from schema.api import schema
from schema.ids import PREFIXES, TYPES
from schema.planned import MilepostBindings
from server.auth import actor_of_token
from server.errors import as_fault
from tests.client import Client
from tests.contract.both_executors import GRAPHQL
from tests.contract.random_documents import Document, Writer
from tests.contract.random_values import Known
from tests.contract.repository_documents import mutations
from tests.world import World

SELECTIONS = int(os.environ.get("MILEPOST_EQUIVALENCE", "150")) // 15
"""How many are tried below the result of each mutation."""
BELOW_A_PAYLOAD = 4
"""The depth at which random selections begin: what stands below a payload need not be as deep as a query."""

SHIPPED = mutations("result")
"""What the clients select of each mutation."""

_ID = re.compile(rb'"([a-z]{3})_([0-9a-f]{32})"')
_HEAD = re.compile(r"mutation\(\$input: \w+!\) { result: (\w+)\(input: \$input\) {")


@dataclass(slots=True, kw_only=True)
class TwiceAnswered(Client):
    """Takes the place of a world's client. Mutations as `Caller.do` writes them are tried with more selected."""

    world: World
    planner: Planner
    platform: Platform
    random: Random
    known: Known = field(default_factory=lambda: Known({one: [f"{one}_{'0' * 32}"] for one in PREFIXES.values()}))
    tally: Counter[str] = field(default_factory=Counter)
    shipped: set[str] = field(default_factory=set)
    """Of which mutations the clients' documents were tried."""

    @classmethod
    def instead_of(cls, client: Client, world: World, seed: int) -> Self:
        platform = Platform(world.database, world.clock.now, Wakeups(world.database))
        return cls(
            client.http,
            client.tallies,
            world=world,
            planner=Planner(GRAPHQL, MilepostBindings(GRAPHQL)),
            platform=platform,
            random=Random(seed),
        )

    async def post(
        self, query: str, variables: dict[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        if not query.startswith("mutation"):
            return await Client.post(self, query, variables, token)
        viewer, at = await actor_of_token(self.world.database, token), self.world.clock.now()
        verb = Context(platform=replace(self.platform, now=lambda: at), viewer=viewer)
        document = Document(query, variables or {})
        data, errors = await self._both(document, verb, verb)
        for more in self._enriched(document):
            # Shown again, as to whoever asked at first.
            await self._both(more, verb, Context(platform=verb.platform, viewer=viewer))
        return {"data": data, "errors": [as_fault(error, "").formatted for error in errors]}

    async def _both(self, document: Document, verb: Context, context: Context) -> tuple[Any, list[Any]]:
        """The answer to a mutation that `verb` has run or will run; checks that both executors agree on it."""
        viewer = context.viewer
        context.outcomes.update(verb.outcomes)
        plan = self.planner.admit(document.text)
        planned = await self.planner.answer(
            plan,
            document.variables,
            context,
            self.world.database.fetch,
            self.world.database.reader,
            outcomes=context.outcomes,
        )
        ordinary = Context(platform=context.platform, viewer=viewer)
        ordinary.outcomes.update(context.outcomes)
        answer = await schema.execute(document.text, variable_values=document.variables, context_value=ordinary)
        assert ordinary.outcomes == {}, "an outcome that nobody takes is a verb that ran again"
        if planned is None:
            self.tally["with errors" if answer.errors else "left to the executor, without errors"] += 1
        else:
            assert not answer.errors, (document, answer.errors)
            assert planned.body == orjson.dumps(answer.data), document
            await self._visible_only(context, planned.body)
            self.tally["planned"] += 1
        return answer.data, list(answer.errors or [])

    def _enriched(self, document: Document) -> Iterator[Document]:
        """As the clients send it, and with random selections, where they are valid beside what is there."""
        found = _HEAD.match(document.text)
        if found is not None and GRAPHQL.mutation_type is not None:
            if found[1] in SHIPPED:
                self.shipped.add(found[1])
                yield Document(SHIPPED[found[1]], document.variables)
            result: Any = get_named_type(GRAPHQL.mutation_type.fields[found[1]].type)
            for _ in range(SELECTIONS):
                more = Writer(self.random, self.known).beside(document, result, BELOW_A_PAYLOAD)
                if not validate(GRAPHQL, parse(more.text)):
                    yield more

    async def _visible_only(self, context: Context, body: bytes) -> None:
        """Below the objects that the verb returned nothing is named that the caller may not see by now."""
        own = {getattr(one, "id", None) for done in context.outcomes.values() for one in _objects(done.result())}
        named: dict[str, set[UUID]] = {}
        for prefix, digits in _ID.findall(body):
            if (id_ := UUID(digits.decode())) not in own and id_.int:
                named.setdefault(prefix.decode(), set()).add(id_)
        async with self.world.database.reader() as session:
            for prefix, ids in named.items():
                source = SOURCES[TYPES[prefix]]
                seen = select(source.table.c.id).where(source.table.c.id.in_(ids), source.visible_to(context.viewer))
                assert set((await session.scalars(seen)).all()) == ids, body


def _objects(result: Any) -> Iterator[Any]:
    """What a verb has returned: objects, and lists of them."""
    for value in getattr(result, "objects", {}).values():
        yield from value if isinstance(value, list) else [value]

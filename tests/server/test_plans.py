"""Planned requests beside the endpoint: pinned connections, second requests, explanations for staff only."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request

from domain.permissions import StaffRole
from persistence.wakeups import Wakeups
from resolvers.context import Context, Platform
from server.auth import actor_of_token, bearer_token
from server.plans import EXPLAIN_HEADER, Plans
from tests.makers.gigs import make_open_gig
from tests.world import Person, World

QUERY = "{ gigs { nodes { title } } }"


def _request(person: Person, query: str = QUERY, **headers: str) -> Request:
    given = {"authorization": f"Bearer {person.token}", "content-type": "application/json", **headers}
    body = json.dumps({"query": query}).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return Request({"type": "http", "method": "POST", "path": "/graphql", "headers": raw}, receive)


def _context_of(world: World) -> Callable[[Request], Awaitable[Context]]:
    platform = Platform(world.database, world.clock.now, Wakeups(world.database))

    async def context_of(request: Request) -> Context:
        return Context(platform=platform, viewer=await actor_of_token(world.database, bearer_token(request)))

    return context_of


async def test_a_document_is_planned_once_it_has_been_answered_before(world: World) -> None:
    client, plans = await world.client_side(), Plans(world.database)
    await make_open_gig(world, client, title="A shop")
    assert await plans.respond(_request(client), _context_of(world)) is None
    await plans.admit(_request(client))
    answer = await plans.respond(_request(client), _context_of(world))
    assert answer is not None
    assert bytes(answer.body) == b'{"data":{"gigs":{"nodes":[{"title":"A shop"}]}}}'
    await plans.pins.close()


async def test_only_staff_who_run_the_platform_see_a_plan(world: World) -> None:
    client, staff, plans = await world.client_side(), await world.staff(StaffRole.ADMIN), Plans(world.database)
    await plans.admit(_request(client))
    shown = []
    for person in (client, staff):
        answer = await plans.respond(_request(person, **{EXPLAIN_HEADER: "1"}), _context_of(world))
        assert answer is not None
        shown.append("extensions" in json.loads(bytes(answer.body)))
    assert shown == [False, True]
    await plans.pins.close()


async def test_guards_hold_and_the_fallback_is_counted(world: World) -> None:
    finance, plans = await world.client_side(), Plans(world.database)
    query = "{ clock { now } gigs { totalCount } }"
    await plans.admit(_request(finance, query))
    assert await plans.respond(_request(finance, query), _context_of(world)) is None
    assert plans.fallbacks == {"error: NotAllowed": 1}
    await plans.pins.close()


async def test_a_pinned_connection_is_used_again_unless_it_was_closed(world: World) -> None:
    plans = Plans(world.database)
    first = await plans.pins.take()
    await plans.pins.give_back(first)
    again = await plans.pins.take()
    assert again[1] is first[1]
    await again[1].close()
    await plans.pins.give_back(again)
    other = await plans.pins.take()
    assert await other[1].fetchval("SELECT 1") == 1
    await plans.pins.give_back(other)
    await plans.pins.close()

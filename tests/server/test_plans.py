"""Planned requests beside the endpoint: pinned connections, second requests, explanations for staff only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from functools import partial
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from domain.actors import ANONYMOUS, SYSTEM, Actor, ActorKind
from domain.permissions import Permission, StaffRole
from domain.rate_limits import Allowance, CallerKind
from domain.trusted_documents import TrustedDocument, hash_of
from persistence.trusted_documents import trust
from persistence.unit import transact
from resolvers.rate_limits import RateLimits
from schema.planned import shape_of
from server.app import create_app
from server.plans import Plans
from tests.client import Client
from tests.makers.gigs import make_open_gig
from tests.makers.keys import make_key
from tests.world import Person, World

QUERY = "{ gigs { nodes { title } } }"


@asynccontextmanager
async def _planned(world: World, rate_limits: RateLimits | None = None) -> AsyncIterator[tuple[Client, Plans]]:
    """A server of its own with the planner on."""
    app = create_app(world.database, world.clock, is_planned=True, rate_limits=rate_limits)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://t") as http,
    ):
        yield Client(http), app.state.plans


async def _statements(client: Client, person: Person, query: str = QUERY) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {person.token}", "x-milepost-plan": "1"}
    answer = await client.http.post("/graphql", json={"query": query}, headers=headers)
    body: dict[str, Any] = answer.json()
    return body


async def test_a_document_is_planned_once_it_has_been_answered_before(world: World) -> None:
    person = await world.client_side()
    await make_open_gig(world, person, title="A shop")
    async with _planned(world) as (client, plans):
        answers = [await client.post(QUERY, token=person.token) for _ in range(3)]
        assert [answer["data"] for answer in answers] == [{"gigs": {"nodes": [{"title": "A shop"}]}}] * 3
        assert [answer["extensions"]["cost"]["requested"] for answer in answers] == [20] * 3
        assert plans.planner.planned == 2


async def test_a_document_that_is_named_is_planned_as_one_that_is_sent(world: World) -> None:
    person = await world.client_side()
    named = "query Named($first:Int){gigs(first:$first){nodes{title}}}"
    adding = partial(trust, client="web", release="1.0", documents=[TrustedDocument("Named", named)])
    await transact(world.database, adding, by=SYSTEM, at=world.clock.now())
    asked = {"documentId": f"sha256:{hash_of(named)}", "variables": {"first": 3}}
    headers = {"authorization": f"Bearer {person.token}"}
    async with _planned(world) as (client, plans):
        answers = [(await client.http.post("/graphql", json=asked, headers=headers)).json() for _ in range(3)]
        assert [answer["data"] for answer in answers] == [{"gigs": {"nodes": []}}] * 3
        assert [answer["extensions"]["cost"]["requested"] for answer in answers] == [3] * 3
        assert plans.planner.planned == 2


async def test_only_staff_who_run_the_platform_see_a_plan(world: World) -> None:
    person, staff = await world.client_side(), await world.staff(StaffRole.ADMIN)
    async with _planned(world) as (client, _):
        await client.post(QUERY, token=person.token)
        shown = [await _statements(client, one) for one in (person, staff)]
    assert ["plan" in one["extensions"] for one in shown] == [False, True]
    assert shown[1]["extensions"]["plan"][0]["sql"].startswith("SELECT")


async def test_guards_hold_and_the_fallback_is_counted(world: World) -> None:
    client_side, staff = await world.client_side(), await world.staff(StaffRole.ADMIN)
    query = "{ clock { now } gigs { totalCount } }"
    async with _planned(world) as (client, plans):
        assert "errors" not in await client.post(query, token=staff.token)
        answer = await client.post(query, token=client_side.token)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
        assert plans.fallbacks == {"error: NotAllowed": 1}


async def test_a_request_that_a_plan_cannot_answer_is_paid_for_once(world: World) -> None:
    client_side, staff = await world.client_side(), await world.staff(StaffRole.ADMIN)
    left_alone, paid = "{ clock { now } gigs { totalCount } }", "{ __typename }"
    unfilled = Allowance(operations_per_minute=100, cost=1_000, refill_per_second=0, documents_per_minute=100)
    async with _planned(world, RateLimits({CallerKind.SESSION: unfilled})) as (client, _):
        await client.post(left_alone, token=staff.token)
        before = (await client.post(paid, token=client_side.token))["extensions"]["cost"]
        assert "errors" in await client.post(left_alone, token=client_side.token)
        after = (await client.post(paid, token=client_side.token))["extensions"]["cost"]
        price = (await client.post(left_alone, token=staff.token))["extensions"]["cost"]["requested"]
    assert before["available"] - after["available"] == price + after["requested"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sessions SET revoked_at = now(), revoke_reason = 'REVOKED'",
        "UPDATE api_keys SET status = 'REVOKED'",
        "UPDATE api_keys SET expires_at = now()",
        "DELETE FROM api_keys",
    ],
)
async def test_what_a_caller_may_do_is_read_anew_when_it_has_changed_elsewhere(world: World, change: str) -> None:
    person = await world.client_side()
    await make_open_gig(world, person, title="A shop")
    caller = await make_key(person, "work:read") if "api_keys" in change else person
    async with _planned(world) as (client, _):
        for _ in range(3):
            assert "errors" not in await client.post(QUERY, token=caller.token)
        async with world.database.connection() as connection:
            await connection.execute(text(change))
        for _ in range(200):
            answer = await client.post(QUERY, token=caller.token)
            if "errors" in answer:
                break
            await asyncio.sleep(0.001)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


async def test_a_query_after_a_mutation_of_the_same_process_sees_the_rights_it_left(world: World) -> None:
    person = await world.client_side()
    async with _planned(world) as (client, _):
        for _ in range(3):
            await client.post(QUERY, token=person.token)
        await client.ask("mutation { signOut(input: {}) { ... on SignOutPayload { __typename } } }", person.token)
        answer = await client.post(QUERY, token=person.token)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


async def test_a_pinned_connection_is_used_again_unless_it_was_closed(world: World) -> None:
    pins = world.database.pins
    [[first]], [[again]] = [await pins.fetch("SELECT pg_backend_pid()", []) for _ in range(2)]
    await pins.free[0].driver.close()
    [[other]] = await pins.fetch("SELECT pg_backend_pid()", [])
    assert first == again != other
    assert len(pins.free) == 1
    await pins.close()


def test_viewers_of_one_shape_have_equal_rights() -> None:
    other: dict[str, Any] = {
        "kind": ActorKind.SYSTEM,
        "organization_kind": "CLIENT",
        "is_verified": True,
        "permissions": frozenset({Permission.MONEY_MOVE}),
        "lacks_second_factor": True,
        "is_read_only": True,
        "is_outside": True,
    }
    asker = {"user_id", "session_id", "membership_id", "key_id", "app_id", "impersonator_id", "email"}
    bound = asker | {"organization_id", "only_in", "reauthenticated_at"}
    assert other.keys() | bound == {field.name for field in fields(Actor)}
    for name, value in other.items():
        assert shape_of(replace(ANONYMOUS, **{name: value})) != shape_of(ANONYMOUS), name
